// Sections of Container Linux Config about services: they become the units and files that they always became.
import { quote } from '@matchbox/gotext';
import { mapOf, type Out, octal, plain, text } from './butane-text.ts';
import type { MigrationContext } from './context.ts';
import { type SourceMap, targetOf } from './source.ts';

/** Settings of `update` in `update.conf`. */
const updateSettings: Readonly<Record<string, string>> = {
  group: 'GROUP',
  server: 'SERVER',
  pcr_policy_server: 'PCR_POLICY_SERVER',
  download_user: 'DOWNLOAD_USER',
  download_password: 'DOWNLOAD_PASSWORD',
  machine_alias: 'MACHINE_ALIAS',
};

/** Settings of `locksmith`, in the same file. */
const locksmithSettings: Readonly<Record<string, string>> = {
  reboot_strategy: 'REBOOT_STRATEGY',
  window_start: 'LOCKSMITHD_REBOOT_WINDOW_START',
  window_length: 'LOCKSMITHD_REBOOT_WINDOW_LENGTH',
  group: 'LOCKSMITHD_GROUP',
  etcd_endpoints: 'LOCKSMITHD_ENDPOINTS',
  etcd_cafile: 'LOCKSMITHD_ETCD_CAFILE',
  etcd_certfile: 'LOCKSMITHD_ETCD_CERTFILE',
  etcd_keyfile: 'LOCKSMITHD_ETCD_KEYFILE',
};

const serviceSections = ['update', 'locksmith', 'etcd', 'flannel', 'docker'] as const;

/** Takes the service sections of a config. */
export function migrateServices(config: SourceMap, context: MigrationContext): void {
  const sections = new Map<string, SourceMap>();
  for (const name of serviceSections) {
    const section = config.takeMap(name);
    if (section === undefined) continue;
    if (context.variant === 'flatcar' && name !== 'flannel') {
      sections.set(name, section);
      continue;
    }
    const what =
      name === 'flannel' ? 'today’s images have no flanneld.service' : `Fedora CoreOS has no such service for ${name}`;
    context.notes.lost('service-not-available', section.at, `${what}: the section is left out`);
  }
  putUpdateConf(sections.get('update'), sections.get('locksmith'), context);
  const etcd = sections.get('etcd');
  if (etcd !== undefined) putEtcd(etcd, context);
  const docker = sections.get('docker');
  if (docker !== undefined) putDocker(docker, context);
  for (const section of sections.values()) section.reportRest();
}

function putUpdateConf(
  update: SourceMap | undefined,
  locksmith: SourceMap | undefined,
  context: MigrationContext,
): void {
  const lines: string[] = [];
  for (const [name, variable] of Object.entries(updateSettings)) {
    const value = update?.takeText(name) ?? '';
    if (value !== '') lines.push(`${variable}=${name === 'group' ? value.toLowerCase() : value}`);
  }
  for (const [name, variable] of Object.entries(locksmithSettings)) {
    const value = locksmith?.takeText(name) ?? '';
    if (value !== '') lines.push(`${variable}=${quote(value)}`);
  }
  if (lines.length === 0) return;
  const inline = text(`${lines.join('\n')}\n`);
  const path = text('/etc/flatcar/update.conf');
  context.extraFiles.push(mapOf({ path, mode: octal(0o644), overwrite: plain(true), contents: mapOf({ inline }) }));
}

function putEtcd(etcd: SourceMap, context: MigrationContext): void {
  const version = etcd.takeText('version');
  const options: string[] = [];
  for (const name of etcd.names()) {
    if (name === 'version') continue;
    const found = etcd.take(name);
    if (found === undefined) continue;
    const { kind, value, style } = targetOf(found.node);
    if (kind !== 'scalar') {
      context.notes.lost('wrong-type', found, `${name} is no text`);
      continue;
    }
    if (/\{[A-Z0-9_]+\}/.test(value)) {
      const message = `${value} was replaced by the converter for one cloud or another; write what it is here`;
      context.notes.check('dynamic-data', found, message);
    }
    const isWord = style === 'plain' && /^(?:true|false|\d+)$/.test(value);
    options.push(`--${name.replaceAll('_', '-')}=${isWord ? value : quote(value)}`);
  }
  const lines = [
    '[Service]',
    ...(version === undefined ? [] : [`Environment="ETCD_IMAGE_TAG=v${version.replace(/^v/, '')}"`]),
    'ExecStart=',
    ['ExecStart=/usr/lib/flatcar/etcd-wrapper $ETCD_OPTS', ...options.map((option) => `  ${option}`)].join(' \\\n'),
  ];
  context.extraUnits.push(unitWithDropin('etcd-member.service', '20-clct-etcd-member.conf', lines));
}

function putDocker(docker: SourceMap, context: MigrationContext): void {
  const flags = docker.takeList('flags').map(({ node }) => targetOf(node).value);
  const lines = ['[Service]', `Environment="DOCKER_OPTS=${flags.join(' ')}"`];
  context.extraUnits.push(unitWithDropin('docker.service', '20-clct-docker.conf', lines));
}

function unitWithDropin(unit: string, dropin: string, lines: readonly string[]): Out {
  const made = mapOf({ name: text(dropin), contents: text(`${lines.join('\n')}\n`) });
  return mapOf({ name: text(unit), enabled: plain(true), dropins: { kind: 'list', items: [made] } });
}
