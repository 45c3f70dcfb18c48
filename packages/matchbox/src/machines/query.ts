/**
 * The one language by which machines are looked for, in the API, the commands and the page: words and `key:value` terms that all
 * have to hold, `*` for any text, `-` before a term for its opposite. `state:stalled -rack:a1 mac:52:54*`
 */
import { type Machine, nameOf } from './machine.ts';

export type MachinePredicate = (machine: Machine) => boolean;

/** More terms than anybody writes. */
const maxTerms = 32;
const maxTermLength = 256;

/** What a machine's group says of it under a key of its metadata; undefined where it says nothing. */
export type GroupValue = (group: string, key: string) => string | undefined;

/** Keys with a meaning of their own; any other key is a label, or one of the group's metadata. */
const fields: ReadonlyMap<string, (machine: Machine) => readonly string[]> = new Map([
  ['id', ({ id }) => [id]],
  ['name', (machine) => [nameOf(machine)]],
  ['hostname', ({ hostname }) => [hostname ?? '']],
  ['state', ({ state }) => [state]],
  ['group', ({ group }) => [group ?? '']],
  ['profile', ({ profile }) => [profile ?? '']],
  ['uuid', ({ uuids }) => uuids],
  ['mac', ({ macs }) => macs],
  ['serial', ({ serials }) => serials],
  ['address', ({ addresses }) => addresses.map(({ address }) => address)],
  ['is', flagsOf],
]);

/** The text is not in the language of machine queries. */
export class MachineQueryError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'MachineQueryError';
  }
}

/** @throws MachineQueryError */
export function parseMachineQuery(text: string, groupValue: GroupValue = () => undefined): MachinePredicate {
  const terms = text.split(/\s+/).filter((term) => term !== '');
  if (terms.length > maxTerms)
    throw new MachineQueryError(`query: ${terms.length} terms, more than the ${maxTerms} allowed`);
  const predicates = terms.map((term) => parseTerm(term, groupValue));
  return (machine) => predicates.every((holds) => holds(machine));
}

function parseTerm(term: string, groupValue: GroupValue): MachinePredicate {
  if (term.length > maxTermLength)
    throw new MachineQueryError(`query: a term of ${term.length} characters, more than the ${maxTermLength} allowed`);
  if (term === '-') throw new MachineQueryError('query: a term is missing after -');
  if (term.startsWith('-')) {
    const holds = parseTerm(term.slice(1), groupValue);
    return (machine) => !holds(machine);
  }
  const colon = term.indexOf(':');
  // A MAC or IPv6 address is no key with a value.
  const key = colon > 0 && !/^[0-9a-f]{2}$/i.test(term.slice(0, colon)) ? term.slice(0, colon) : undefined;
  if (key === undefined) return anywhere(globOf(`*${term.toLowerCase()}*`));
  const matches = globOf(normal(key, term.slice(colon + 1)));
  const valuesOf = fields.get(key);
  return valuesOf === undefined
    ? ({ labels, group }) =>
        labels.some(([name, value]) => name === key && matches(value)) || saysGroup(group, key, groupValue, matches)
    : (machine) => valuesOf(machine).some(matches);
}

function saysGroup(group: string | undefined, key: string, groupValue: GroupValue, matches: (text: string) => boolean) {
  const value = group === undefined ? undefined : groupValue(group, key);
  return value !== undefined && matches(value);
}

function normal(key: string, value: string): string {
  return key === 'mac' ? value.replaceAll('-', ':') : value;
}

/** A word is looked for in all that a machine is known by. */
function anywhere(matches: (text: string) => boolean): MachinePredicate {
  return (machine) =>
    [
      machine.id,
      machine.hostname,
      machine.group,
      machine.profile,
      machine.state,
      ...machine.uuids,
      ...machine.macs,
      ...machine.serials,
    ]
      .concat(machine.addresses.map(({ address }) => address))
      .concat(machine.labels.map(([, value]) => value))
      .some((text) => text !== undefined && matches(text));
}

function flagsOf({ inbox, loop, orders, installed, collisions }: Machine): string[] {
  const flags: readonly (readonly [string, boolean])[] = [
    ['inbox', inbox],
    ['loop', loop !== undefined],
    ['held', orders.hold !== undefined],
    ['installed', installed !== undefined],
    ['ordered', Object.keys(orders).length > 0],
    ['collision', collisions.length > 0],
  ];
  return flags.filter(([, holds]) => holds).map(([name]) => name);
}

/** Matches in time that grows with the text alone: the parts between the stars are looked for one after the other. */
function globOf(pattern: string): (text: string) => boolean {
  const parts = pattern.toLowerCase().split('*');
  const first = parts[0]!;
  const last = parts.at(-1)!;
  if (parts.length === 1) return (text) => text.toLowerCase() === first;
  return (raw) => {
    const text = raw.toLowerCase();
    if (text.length < first.length + last.length || !text.startsWith(first) || !text.endsWith(last)) return false;
    let at = first.length;
    for (const part of parts.slice(1, -1)) {
      const found = text.indexOf(part, at);
      if (found < 0) return false;
      at = found + part.length;
    }
    return at <= text.length - last.length;
  };
}
