/** Fetches and verifies an operating system with `matchbox get`, and writes the profile, template and group that boot it. */
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { matchbox } from '../programs.ts';
import type { Lifetime } from '../vm/lifetime.ts';

/** What the machine writes to its console when its configuration is in force. */
export const UP = 'configured by Matchbox';

/**
 * The systems that can be tried: the Butane variant of their configuration, the memory that they need for living in it,
 * and the arguments for a live system that takes its configuration from Matchbox and installs nothing. `URL` is the
 * server’s, `ROOTFS` the argument about the root file system that `matchbox get` printed.
 */
export const systems = {
  flatcar: {
    butane: 'variant: flatcar\nversion: 1.1.0',
    memoryMib: 3072,
    args: ['initrd=main', 'flatcar.first_boot=yes', 'flatcar.config.url=URL', 'flatcar.autologin', 'console=ttyS0'],
  },
  'fedora-coreos': {
    butane: 'variant: fcos\nversion: 1.5.0',
    memoryMib: 4096,
    args: [
      'initrd=main',
      'ROOTFS',
      'ignition.firstboot',
      'ignition.platform.id=metal',
      'ignition.config.url=URL',
      'console=ttyS0',
    ],
  },
};

export type SystemName = keyof typeof systems;

/** What is used of a profile. */
interface PrintedProfile {
  readonly id: string;
  readonly boot: { readonly args: readonly string[] };
}

/**
 * Fetches the newest release into the folder `assets`, showing its progress.
 *
 * @returns the profile that `matchbox get` printed
 * @throws Error when it failed; it has said why
 */
export async function fetchSystem(
  lifetime: Lifetime,
  name: SystemName,
  { assets, url, options }: { readonly assets: string; readonly url: string; readonly options: readonly string[] },
): Promise<PrintedProfile> {
  const words = [...matchbox, 'get', name, '--assets-path', assets, '--url', url, ...options];
  const child = spawn(words[0]!, words.slice(1), {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  lifetime.defer(() => child.kill());
  const chunks: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  const status = await new Promise<number | null>((resolve, reject) => child.on('close', resolve).on('error', reject));
  if (status !== 0) throw new Error(`matchbox get ${name} failed; without --os a small Linux is booted`);
  return JSON.parse(Buffer.concat(chunks).toString());
}

/** Writes the files about a system into a data directory; `groups/node1.json` then selects its profile. */
export function writeSystem(
  data: string,
  name: SystemName,
  {
    printed,
    url,
    keys = publicKeys(),
  }: { readonly printed: PrintedProfile; readonly url: string; readonly keys?: readonly string[] },
): void {
  const { butane, args } = systems[name];
  const rootfs = printed.boot.args.find((argument) => argument.startsWith('coreos.live.rootfs_url='));
  const profile = {
    ...printed,
    boot: {
      ...printed.boot,
      args: args.map((argument) =>
        argument === 'ROOTFS' ? rootfs : argument.replace('=URL', `=${url}/ignition?uuid=\${uuid}&mac=\${mac:hexhyp}`),
      ),
    },
    ignition_id: 'system.yaml',
  };
  writeFileSync(join(data, 'profiles', `${profile.id}.json`), `${JSON.stringify(profile, null, 2)}\n`);
  writeFileSync(join(data, 'ignition', 'system.yaml'), template(butane));
  const groupFile = join(data, 'groups', 'node1.json');
  const group = JSON.parse(readFileSync(groupFile, 'utf8'));
  const metadata = { ...group.metadata, ssh_authorized_keys: keys };
  writeFileSync(groupFile, `${JSON.stringify({ ...group, profile: profile.id, metadata }, null, 2)}\n`);
}

function template(butane: string): string {
  return `# Butane; the machine gets it as Ignition and applies it before it starts anything else.
${butane}
passwd:
  users:
    - name: core
      ssh_authorized_keys:
{{- range .ssh_authorized_keys}}
        - {{.}}
{{- else}} []
{{- end}}
storage:
  files:
    - path: /etc/hostname
      mode: 0644
      contents:
        inline: {{.hostname}}
systemd:
  units:
    - name: announce.service
      enabled: true
      contents: |
        [Unit]
        After=multi-user.target

        [Service]
        Type=oneshot
        ExecStart=/bin/sh -c 'echo "{{.hostname}} ${UP}" >/dev/ttyS0'

        [Install]
        WantedBy=multi-user.target
`;
}

/** The public keys of whoever tries it, to log in with. */
function publicKeys(): string[] {
  const folder = join(homedir(), '.ssh');
  try {
    return readdirSync(folder)
      .filter((name) => /^id_\w+\.pub$/.test(name))
      .map((name) => readFileSync(join(folder, name), 'utf8').trim());
  } catch {
    return [];
  }
}
