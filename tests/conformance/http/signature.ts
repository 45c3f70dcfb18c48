/** Verifies a detached OpenPGP signature with gpg, an implementation that is not ours. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RecordedSignature, SignaturePacket } from '../recorded.ts';

export interface Verifier {
  /** What is wrong with the signature. */
  faults(signature: Buffer, signed: Buffer, wanted: Omit<RecordedSignature, 'of'>): string[];
  close(): void;
}

/** The fields of a signature's packet, as gpg lists them. */
const packetFields: Readonly<Record<keyof SignaturePacket, RegExp>> = {
  sigclass: /sigclass 0x([0-9a-f]+)/i,
  digest: /digest algo (\d+)/,
  keyid: /keyid ([0-9A-F]+)/i,
};

/** The key ring of one scenario in a home of its own. */
export function openVerifier(publicKeys: string): Verifier {
  const home = mkdtempSync(join(tmpdir(), 'matchbox-gpg-'));
  const gpg = (args: string[]) =>
    spawnSync('gpg', ['--homedir', home, '--batch', '--no-autostart', ...args], { encoding: 'utf8' });
  execFileSync('gpg', ['--homedir', home, '--batch', '--quiet', '--no-autostart', '--import', publicKeys], {
    stdio: 'pipe',
  });
  return {
    faults(signature, signed, { armored, packet, unverifiable }) {
      const files = { signature: join(home, 'signature'), signed: join(home, 'signed') };
      writeFileSync(files.signature, signature);
      writeFileSync(files.signed, signed);
      const faults: string[] = [];
      const isArmored = signature.toString('latin1').startsWith('-----BEGIN PGP SIGNATURE-----');
      if (armored !== isArmored) faults.push(`signature: got ${isArmored ? 'armored' : 'binary'}, want the other`);
      const packets = gpg(['--list-packets', files.signature]).stdout;
      for (const name of packet ? (Object.keys(packetFields) as (keyof SignaturePacket)[]) : []) {
        const got = packetFields[name].exec(packets)?.[1];
        if (packet && String(packet[name]) !== got) faults.push(`signature ${name}: got ${got}, want ${packet[name]}`);
      }
      if (!unverifiable) {
        const { status, stderr } = gpg(['--verify', files.signature, files.signed]);
        if (status !== 0) faults.push(`signature does not verify: ${stderr.trim()}`);
      }
      return faults;
    },
    close: () => rmSync(home, { recursive: true, force: true }),
  };
}
