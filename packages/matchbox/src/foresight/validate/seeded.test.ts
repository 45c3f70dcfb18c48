import { expect, test } from 'vitest';
import { rules } from './rules.ts';
import { expectedIn, findIn, messagesIn, type Seed, seeded, touchedBy } from './seeding.contract.ts';
import * as argumentTables from './seeds/arguments.contract.ts';
import { bootFaults } from './seeds/boot.contract.ts';
import { fieldFaults } from './seeds/fields.contract.ts';
import { jsonFaults } from './seeds/json.contract.ts';
import { networkFaults } from './seeds/networks.contract.ts';
import { selectorFaults } from './seeds/selectors.contract.ts';
import { templateFaults } from './seeds/templates.contract.ts';
import * as textTables from './seeds/texts.contract.ts';

const tables = [
  ...[jsonFaults, fieldFaults, selectorFaults, bootFaults, templateFaults, networkFaults],
  ...Object.values(argumentTables),
  ...Object.values(textTables),
];
const faults = new Map<string, Seed>(tables.flatMap((table) => Object.entries(table)));

test('validate finds nothing in the examples', async () => {
  expect(await findIn(seeded([]))).toEqual([]);
});

test.each([...faults.keys()])('validate finds at its place, and nothing else: %s', async (name) => {
  const { edits, finds } = faults.get(name)!;
  const files = seeded(edits);
  expect(await findIn(files)).toEqual(expectedIn(files, finds));
});

test.each([
  ['Windows’ line ends', (text: string) => text.replaceAll('\n', '\r\n'), /\.json$/],
  ['tabs', (text: string) => text.replace(/^( {2})+/gm, (spaces) => '\t'.repeat(spaces.length / 2)), /\.json$/],
  ['one line', (text: string) => JSON.stringify(JSON.parse(text)), /\.json$/],
  [
    'fields in capitals',
    (text: string) => text.replace(/"(id|name|profile|boot|args)":/g, (key) => key.toUpperCase()),
    /\.json$/,
  ],
  [
    'MAC addresses of another form',
    (text: string) => text.replace(/52:54:00:\w\w:\w\w:\w\w/g, (mac) => mac.replaceAll(':', '-').toUpperCase()),
    /\.json$/,
  ],
  ['a JSON Schema', (text: string) => text.replace('{', '{"$schema": "x.json",'), /\.json$/],
  ['Windows’ line ends', (text: string) => text.replaceAll('\n', '\r\n'), /^ignition|^cloud|^generic/],
  ['no line end at the end', (text: string) => text.trimEnd(), /./],
])('validate finds nothing in the examples with %s', async (_, change, names) => {
  const files = seeded([]);
  for (const [file, text] of files) if (names.test(file)) files.set(file, change(text as string));
  expect(await findIn(files)).toEqual([]);
});

test('validate says once, as a note, that the examples have the host of the documentation', async () => {
  const notes = (await messagesIn(seeded([]))).filter(({ severity }) => severity === 'note');
  expect(notes.map(({ rule, file }) => [rule, file])).toEqual([['example-host', 'profiles/debian.json']]);
});

test('there is a seeded fault for every rule', () => {
  const found = new Set(Array.from(faults.values(), ({ finds }) => finds.map(([rule]) => rule)).flat());
  // A link to nowhere needs a file system: the command's own test has one.
  expect(rules.map(({ id }) => id).filter((id) => !found.has(id))).toEqual(['unreadable', 'example-host']);
});

/** Faults by what they do to the others: who takes away what the other fault is in, or says what it says, is left out. */
const alone =
  /removed|renamed|for everybody|another extension|extension in capitals|without an extension|backup|same selectors|copy of a group|^selector|no profile|quote missing|merge conflict|word processor|unused|number for a selector|list of selectors|too old|^range|no group for|^no ignition_id|^two networks|^reserved address|^a scheme|^root file system of another/;

test('validate finds several faults at once, and nothing else', async () => {
  const left = [...faults].filter(([name]) => !alone.test(name));
  let batches = 0;
  while (left.length > 0) {
    const taken = new Set<string>();
    const batch: Seed[] = [];
    for (const [name, fault] of [...left]) {
      const files = touchedBy(fault);
      if (files.some((file) => taken.has(file))) continue;
      for (const file of files) taken.add(file);
      batch.push(fault);
      left.splice(
        left.findIndex(([each]) => each === name),
        1,
      );
    }
    const files = seeded(batch.flatMap(({ edits }) => edits));
    const finds = batch.flatMap((fault) => fault.finds);
    expect(await findIn(files)).toEqual(expectedIn(files, finds));
    batches++;
  }
  expect(batches).toBeGreaterThan(10);
});
