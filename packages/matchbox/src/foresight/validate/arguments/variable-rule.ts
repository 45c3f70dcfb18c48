/** The rule about what stands for a value and never becomes one: placeholders, templates, variables that iPXE does not know. */
import type { BootSection } from '../../../data/boot.ts';
import { isMac, isUuid } from '../../label-form.ts';
import type { Remark } from '../finding.ts';
import { isSlip, nearMiss } from '../near-miss.ts';
import { type Project, remarkAt } from '../project.ts';
import { pairsOf } from './argument-url.ts';
import { bootable, bootLines } from './bootable.ts';

/** Source: https://ipxe.org/cfg, and `buildarch`, `platform`, which every iPXE has. */
const settings: ReadonlySet<string> = new Set([
  'asset',
  'buildarch',
  'busid',
  'chip',
  'domain',
  'filename',
  'gateway',
  'hostname',
  'mac',
  'manufacturer',
  'netmask',
  'next-server',
  'platform',
  'product',
  'serial',
  'uuid',
]);

/** Source: https://ipxe.org/cfg#setting_types */
const settingTypes: ReadonlySet<string> = new Set([
  ...['string', 'uristring', 'ipv4', 'ipv6', 'dnssl', 'busdevfn', 'uuid', 'guid'],
  ...['int8', 'int16', 'int32', 'uint8', 'uint16', 'uint32'],
  ...['hex', 'hexhyp', 'hexraw', 'base64'],
]);

export function argumentVariableRule(project: Project): Remark[] {
  return bootable(project).flatMap(({ profile, boot, at }) =>
    bootLines({ boot, at }).flatMap(({ path, text }) => {
      const message = faultOf(text) ?? (isForIpxe(boot, profile.value.boot?.grubId) ? dollarLabel(text) : undefined);
      return message === undefined ? [] : remarkAt(profile, path, message);
    }),
  );
}

/** GRUB's images are named with a device, and GRUB knows `$mac`. */
function isForIpxe({ kernel }: BootSection, grubId: string | undefined): boolean {
  return kernel !== '' && !kernel.startsWith('(') && grubId === undefined;
}

/** `?mac=$mac` */
function dollarLabel(text: string): string | undefined {
  const [, name] = /[?&]\w+=\$(\w+)/.exec(text) ?? [];
  return name !== undefined && settings.has(name) ? bareFault(`$${name}`, name) : undefined;
}

function bareFault(found: string, name: string): string {
  return `iPXE takes ${found} as it is; did you mean \${${name}}?`;
}

/** @returns what stands in a line of the boot section where a value should, in words */
export function faultOf(text: string): string | undefined {
  for (const look of looks) {
    const message = look(text);
    if (message !== undefined) return message;
  }
  return undefined;
}

/** Those that are asked for by their names; others than these a script may have set before. */
const misspeltSettings: ReadonlySet<string> = new Set([
  ...['buildarch', 'domain', 'hostname', 'mac', 'manufacturer', 'product', 'serial', 'uuid'],
]);

const looks: readonly ((text: string) => string | undefined)[] = [
  templateAction,
  placeholder,
  doubledDollar,
  otherBrackets,
  unclosed,
  unknownVariable,
  otherSeparator,
  bareDollar,
  literalLabel,
];

function templateAction(text: string): string | undefined {
  const action = /\{\{.*?\}\}|\{%.*?%\}|<%.*?%>/.exec(text)?.[0];
  return action && `profiles are no templates: ${action} goes to the boot loader as it is`;
}

function placeholder(text: string): string | undefined {
  const found =
    /<[A-Za-z][\w .:/-]*>/.exec(text) ??
    /\b(?:CHANGE[-_]?ME|REPLACE[-_]?(?:ME|WITH)\w*|FIX[-_]?ME|TO[-_]?DO)\b/i.exec(text) ??
    /\b(?:YOUR|MY)[-_](?:MATCHBOX|SERVER|HOST|IP|BOOT|DOMAIN|BASTION)\w*(?:[-_]\w+)*/i.exec(text) ??
    /(?<=:\/\/)(?=[^/:]*x)(?:\d+|x+)(?:\.(?:\d+|x+)){3}(?=[:/])/i.exec(text) ??
    /(?<=^ip=(?:[^:\s]*:)*)(?:ADDRESS|ADDR|IP|GATEWAY|GW|NETMASK|MASK|HOSTNAME|HOST|IFACE|INTERFACE|NIC)(?=:|$)/.exec(
      text,
    ) ??
    /(?<=:\/\/)(?:MATCHBOX|SERVER|HOST|IP|BASTION)(?:[-_]?(?:HOST|IP|SERVER|ADDRESS|NAME|URL|ENDPOINT))?(?=[:/])/.exec(
      text,
    );
  return found === null ? undefined : `${JSON.stringify(found[0])} stands where a value should`;
}

/** Terraform writes `$${mac}` for iPXE’s `${mac}`; in a file of ours both dollars stay. */
function doubledDollar(text: string): string | undefined {
  const found = /\$\$+\{[^{}]*\}/.exec(text)?.[0];
  if (found === undefined) return undefined;
  return `${found} has a dollar too many, which only Terraform needs; write ${found.replace(/^\$+/, '$')}`;
}

/** `{mac}`, `$(mac)`, `%{mac}`, `%mac%`, `[mac]` for `${mac}`. */
function otherBrackets(text: string): string | undefined {
  const forms = [
    /(?<![$\w])[%#@]?\{([\w./-]+)(:\w+)?\}/g,
    /\$\(([\w./-]+)(:\w+)?\)/g,
    /\$\[([\w./-]+)(:\w+)?\]/g,
    /(?<==)\[([\w./-]+)(:\w+)?\]/g,
    /(?<==)%([\w./-]+)(:\w+)?%/g,
  ];
  for (const form of forms) {
    for (const [found, name, type = ''] of text.matchAll(form)) {
      if (settings.has(settingOf(name!))) return `iPXE takes ${found} as it is; did you mean \${${name}${type}}?`;
    }
  }
  return undefined;
}

/** @param name with or without its interface: `net0/mac` */
export function isSetting(name: string): boolean {
  return settings.has(settingOf(name));
}

function settingOf(name: string): string {
  return name.replace(/^.*\//, '').toLowerCase();
}

/** Others than iPXE's own may have been set by a script before. */
function unknownVariable(text: string): string | undefined {
  for (const [found, name = '', type] of text.matchAll(/\$\{([\w./-]+)(?::([^{}]*))?\}/g)) {
    const setting = name.replace(/^.*\//, '');
    const near = settings.has(setting) ? undefined : meantSetting(setting);
    if (near !== undefined) {
      return `iPXE has no setting ${JSON.stringify(setting)} in ${found}; did you mean ${JSON.stringify(near)}?`;
    }
    // A shell’s `${host:-default}` is put in before the file is ours.
    if (type === undefined || settingTypes.has(type) || !/^\w*$/.test(type)) continue;
    const meant = [...settingTypes].find((each) => isSlip(type, each));
    return `iPXE has no type ${JSON.stringify(type)} in ${found}${meant === undefined ? '' : `; did you mean ${JSON.stringify(meant)}?`}`;
  }
  return undefined;
}

/** `${net0.mac}` for `${net0/mac}`, `${mac;hexhyp}` for `${mac:hexhyp}`. */
function otherSeparator(text: string): string | undefined {
  for (const [found, first = '', sign = '', last = ''] of text.matchAll(/\$\{(\w+)([.;,|])(\w+)(?::\w+)?\}/g)) {
    if (settings.has(first) && settingTypes.has(last))
      return `${found} is no variable; did you mean \${${first}:${last}}?`;
    if (sign !== '.' || !/^net\d+$/.test(first) || !settings.has(last)) continue;
    return `iPXE has no setting ${JSON.stringify(`${first}.${last}`)}; did you mean ${JSON.stringify(`${first}/${last}`)}?`;
  }
  return undefined;
}

function meantSetting(name: string): string | undefined {
  // What `/boot.ipxe` sends as arch is the setting buildarch.
  if (name === 'arch') return 'buildarch';
  if (name.length < 3 || /[_\d]|s$/.test(name))
    return misspeltSettings.has(name.toLowerCase()) ? name.toLowerCase() : undefined;
  return nearMiss(name, misspeltSettings);
}

/** A shell's and GRUB's `$mac`, beside a variable of iPXE's. */
function bareDollar(text: string): string | undefined {
  if (!text.includes('${')) return undefined;
  for (const [found, name] of text.matchAll(/\$(\w+)/g)) {
    if (settings.has(name!)) return bareFault(found, name!);
  }
  return undefined;
}

/** `${mac:hexhyp` */
function unclosed(text: string): string | undefined {
  const found = /\$\{[^{}]*$|\$\{[^{}]*(?=&)/.exec(text)?.[0];
  return found && `the variable ${found} has no closing brace`;
}

/** `mac=mac`: what is no MAC address is left out of the labels, so that the default group answers. */
function literalLabel(text: string): string | undefined {
  const query = /https?:\/\/[^\s?]*\?([^\s#"']*)/.exec(text)?.[1];
  if (query === undefined) return undefined;
  for (const { key, value } of pairsOf(query)) {
    if ((key !== 'mac' && key !== 'uuid') || /[$%]/.test(value)) continue;
    if (key === 'mac' ? isMac(value) : isUuid(value)) continue;
    const variable = key === 'mac' ? 'mac:hexhyp' : 'uuid';
    return `${key}=${value} sends the same for every machine, and it is no ${key === 'mac' ? 'MAC address' : 'UUID'}; did you mean \${${variable}}?`;
  }
  return undefined;
}
