// Verifies a detached OpenPGP signature with gpg, an implementation that is not ours.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The key ring of one scenario in a home of its own. */
export function openVerifier(publicKeys) {
  const home = mkdtempSync(join(tmpdir(), 'matchbox-gpg-'));
  const gpg = (args) =>
    spawnSync('gpg', ['--homedir', home, '--batch', '--no-autostart', ...args], { encoding: 'utf8' });
  execFileSync('gpg', ['--homedir', home, '--batch', '--quiet', '--no-autostart', '--import', publicKeys], {
    stdio: 'pipe',
  });
  return {
    /** @returns {string[]} what is wrong with the signature */
    faults(signature, signed, { armored, packet, unverifiable }) {
      const files = { signature: join(home, 'signature'), signed: join(home, 'signed') };
      writeFileSync(files.signature, signature);
      writeFileSync(files.signed, signed);
      const faults = [];
      const isArmored = signature.toString('latin1').startsWith('-----BEGIN PGP SIGNATURE-----');
      if (armored !== isArmored) faults.push(`signature: got ${isArmored ? 'armored' : 'binary'}, want the other`);
      const packets = gpg(['--list-packets', files.signature]).stdout;
      for (const [name, pattern] of Object.entries({
        sigclass: /sigclass 0x([0-9a-f]+)/i,
        digest: /digest algo (\d+)/,
        keyid: /keyid ([0-9A-F]+)/i,
      })) {
        const got = pattern.exec(packets)?.[1];
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
