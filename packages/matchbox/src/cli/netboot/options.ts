/** The arguments of `matchbox netboot`: its own flags, and those of the server. */
import { isHostAddress, MacError, parseIpv4, parseMac } from '@matchbox/netboot';
import type { SampleMachine } from '../../network/sample-packet.ts';
import { parseServerFlags, wordsAfterFlags } from '../flags.ts';
import type { FlagValues } from '../server-flags/table.ts';
import { outputOf, takeFlags } from './take-flags.ts';

export const usage = `Usage: matchbox netboot doctor [-o json] [flags of the server]
       matchbox netboot explain [flags] MAC [flags of the server]
       matchbox netboot log [-endpoint ADDRESS] [-once] [-o json] [MAC]

doctor   looks at what network boot needs on this host: ports, privileges, the
         interface, other DHCP servers and what they send, loaders, the script's
         URL from the served address, the packet filter, the clock. It binds the
         ports for a moment, and sends two DHCP requests.
explain  tells what a machine that boots would be answered, and why, from the
         data directory and the flags alone. Nothing is sent.
log      follows what a running server decides about each packet, of all machines
         or of one: who asked, what was answered, and why.

Give the first two the flags that the server gets (matchbox --help lists them); without
-netboot it takes proxy.

  -o, -output FORMAT   text or json (default text)
  -arch CODE           explain: the architecture that firmware says, as a number
                       (default 7, x86-64 UEFI; 0 is BIOS, 11 arm64 UEFI, 16
                       UEFI HTTP; none: no network boot)
  -class TEXT          explain: the vendor class, in place of the usual one
  -user-class TEXT     explain: the user class; iPXE for iPXE itself
  -uuid UUID           explain: the machine's UUID
  -type TYPE           explain: DISCOVER (default) or REQUEST
  -relay ADDRESS       explain: the relay that the request comes through
  -endpoint ADDRESS    log: the server's -admin-address (default 127.0.0.1:9090)
  -once                log: end with what there is, and follow no further

Exit code of doctor: 0 nothing stands in the way, but for warnings; 1 something
does. Of explain: 0 the machine gets a boot file; 1 it gets none. Of log: 1 there
is no server to ask. 2 wrong usage.

Examples:
  matchbox netboot doctor -netboot=proxy -netboot-interface=eth1
  matchbox netboot doctor -o json -netboot=dhcp -dhcp-range=10.77.0.100-10.77.0.200
  matchbox netboot explain 52:54:00:a1:9c:ae -data-path=/var/lib/matchbox
  matchbox netboot explain -arch 0 -user-class iPXE 52:54:00:a1:9c:ae
  matchbox netboot log -endpoint 127.0.0.1:9090 52:54:00:a1:9c:ae
`;

export interface NetbootOptions {
  readonly action: 'doctor' | 'explain';
  readonly output: 'text' | 'json';
  readonly machine: Omit<SampleMachine, 'vendorClass'> & { readonly vendorClass?: string };
  /** Of the server. */
  readonly values: FlagValues;
}

const ofExplain: readonly string[] = ['arch', 'class', 'user-class', 'uuid', 'type', 'relay'];

type Env = Readonly<Record<string, string | undefined>>;

/** @returns what is wrong with the arguments, or `help` */
export function parseNetbootOptions(args: readonly string[], env: Env): NetbootOptions | string {
  if (args.some((arg) => /^--?h(elp)?$/.test(arg))) return 'help';
  const [action, ...rest] = args;
  if (action === undefined) return 'what is wanted: doctor, explain or log?';
  if (action !== 'doctor' && action !== 'explain') {
    return `there is no action ${JSON.stringify(action)}; wanted: doctor, explain, log`;
  }
  const taken = takeFlags(rest, { withValue: ['o', 'output', ...ofExplain] });
  if (typeof taken === 'string') return taken;
  const output = outputOf(taken);
  if (typeof output === 'object') return output.fault;
  const words = splitWords(taken.left);
  const machine = action === 'explain' ? readMachine(words, taken.given) : nothingOf(words, taken.given);
  if (typeof machine === 'string') return machine;
  const parsed = parseServerFlags(
    taken.left.filter((word) => !words.includes(word)),
    env,
  );
  if ('fault' in parsed) return parsed.fault.message;
  return 'help' in parsed ? 'help' : { action, output, machine, values: parsed.values };
}

/** Of `doctor`, which looks at no machine. */
function nothingOf(words: readonly string[], given: ReadonlyMap<string, string>): NetbootOptions['machine'] | string {
  const foreign = [...given.keys()].find((name) => ofExplain.includes(name));
  if (foreign !== undefined) return `-${foreign} belongs to explain`;
  return words.length > 0 ? `unexpected ${JSON.stringify(words[0])}` : noMachine;
}

const noMachine: NetbootOptions['machine'] = {
  mac: '',
  uuid: undefined,
  architecture: undefined,
  userClass: '',
  type: 'DISCOVER',
  relay: undefined,
};

/** Words that are neither flags of the server nor their values. */
function splitWords(left: readonly string[]): readonly string[] {
  const words: string[] = [];
  let rest = left;
  for (;;) {
    const [word, ...after] = wordsAfterFlags(rest);
    if (word === undefined) return words;
    words.push(word);
    rest = after;
  }
}

function readMachine(words: readonly string[], given: ReadonlyMap<string, string>): NetbootOptions['machine'] | string {
  const [mac, extra] = words;
  if (mac === undefined || extra !== undefined) return 'which machine? One MAC address is wanted';
  const [code, uuid, type] = [given.get('arch') ?? '7', given.get('uuid'), given.get('type') ?? 'DISCOVER'];
  const [relay, vendorClass, userClass = ''] = [given.get('relay'), given.get('class'), given.get('user-class')];
  if (type !== 'DISCOVER' && type !== 'REQUEST') return `-type ${JSON.stringify(type)}: wanted DISCOVER or REQUEST`;
  const fault =
    macFault(mac) ??
    architectureFault(code) ??
    (uuid === undefined ? undefined : uuidFault(uuid)) ??
    (relay === undefined ? undefined : relayFault(relay)) ??
    classFault([vendorClass, userClass]);
  if (fault !== undefined) return fault;
  return {
    mac,
    uuid: uuid?.toLowerCase(),
    architecture: code === 'none' ? undefined : Number(code),
    userClass,
    type,
    relay,
    ...(vendorClass !== undefined && { vendorClass }),
  };
}

function macFault(mac: string): string | undefined {
  try {
    return parseMac(mac).length === 6 ? undefined : `${JSON.stringify(mac)} is no MAC address of Ethernet`;
  } catch (error) {
    if (error instanceof MacError) return `${JSON.stringify(mac)} is no MAC address`;
    throw error;
  }
}

function architectureFault(code: string): string | undefined {
  if (code === 'none' || (/^\d{1,5}$/.test(code) && Number(code) < 65_536)) return undefined;
  return `-arch ${JSON.stringify(code)}: wanted a number, or none`;
}

function uuidFault(uuid: string): string | undefined {
  if (/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(uuid)) return undefined;
  return `-uuid ${JSON.stringify(uuid)} is no UUID`;
}

function relayFault(relay: string): string | undefined {
  if (isHostAddress(parseIpv4(relay) ?? 0)) return undefined;
  return `-relay ${JSON.stringify(relay)} is no IPv4 address of a host`;
}

function classFault(classes: readonly (string | undefined)[]): string | undefined {
  const isLong = classes.some((text) => text !== undefined && text.length > 255);
  return isLong ? 'a class has 255 characters at most' : undefined;
}
