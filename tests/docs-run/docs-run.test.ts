import { describe, expect, test } from 'vitest';
import { markFaults, parseBlocks } from './blocks.ts';
import { difference } from './output.ts';
import { known, pageNames, readPage } from './pages.ts';
import { runPage } from './run-page.ts';

describe('the pages of docs/', () => {
  for (const name of pageNames()) {
    test.concurrent(`${name}: every command is marked, and does what the page says`, async () => {
      const text = readPage(name);
      expect(markFaults(parseBlocks(text), known)).toEqual([]);
      expect((await runPage(text)).faults).toEqual([]);
    });
  }
});

const fenced = (info: string, text: string) => `\`\`\`${info}\n${text}\n\`\`\`\n`;
const faultsOf = (markdown: string) => markFaults(parseBlocks(markdown), known);

test('parseBlocks takes words and attributes from the info string, also of an indented block', () => {
  const [block] = parseBlocks(
    `1. so\n\n   ${fenced('sh not-run="needs root" e2e=bios-dhcp', 'dnsmasq').replaceAll('\n', '\n   ')}`,
  );
  expect(block).toMatchObject({
    language: 'sh',
    words: [],
    attributes: { 'not-run': 'needs root', e2e: 'bios-dhcp' },
    text: 'dnsmasq',
    indent: '   ',
  });
});

test('markFaults wants every block of commands to be run or to have a reason', () => {
  expect(faultsOf(fenced('sh', 'ls'))).toEqual(['line 1: a block of commands is either `run` or `not-run="reason"`']);
  expect(faultsOf(fenced('bash', 'ls'))).toEqual(['line 1: a block of commands begins with ```sh, not with ```bash']);
  expect(faultsOf(fenced('sh run', 'ls'))).toEqual([]);
  expect(faultsOf(fenced('sh not-run="no"', 'ls'))).toEqual(['line 1: the reason is too short to be one']);
});

test('markFaults wants e2e cases and tests that exist', () => {
  expect(faultsOf(fenced('sh not-run="needs a machine" e2e="bios-dhcp, uefi-dhcp"', 'ls'))).toEqual([]);
  expect(faultsOf(fenced('sh not-run="needs a machine" e2e=none test=none.ts', 'ls'))).toEqual([
    'line 1: there is no e2e case none',
    'line 1: there is no file none.ts',
  ]);
});

test('markFaults wants output to belong to commands that are run', () => {
  expect(faultsOf(fenced('text output', 'a'))).toEqual([
    'line 1: there are no commands above that are run and print this',
  ]);
  expect(faultsOf(fenced('sh run', 'ls') + fenced('text output', 'a'))).toEqual([]);
});

test('difference takes … for any text in a line, and alone for any lines', () => {
  expect(difference('a … c', 'a b c\n')).toBeUndefined();
  expect(difference('a\n…\nd', 'a\nb\nc\nd\n')).toBeUndefined();
  expect(difference('a (b)', 'a (b)   \n\n')).toBeUndefined();
  expect(difference('a\nb', 'a\nc\n')).toContain('line 2 of the output: the page says "b", the command printed "c"');
  expect(difference('a', 'a\nb\n')).toContain('line 2 of the output: the page says nothing, the command printed "b"');
});

test('runPage reports a command that fails, prints something else, or ends otherwise than the page says', async () => {
  const page = fenced('sh run', 'echo one; false') + fenced('text output', 'two') + fenced('sh run exit=3', 'exit 3');
  const { ran, faults } = await runPage(page);
  expect(ran).toBe(2);
  expect(faults).toEqual([
    expect.stringContaining('line 1: exit 1, wanted 0: echo one; false'),
    expect.stringContaining('line 4: line 1 of the output: the page says "two", the command printed "one"'),
  ]);
});

test('runPage writes files, starts servers on free ports, and shows the ports of the page', async () => {
  const page =
    fenced('text file=data/generic/a.txt', 'at 127.0.0.1:8080') +
    fenced('json file=data/profiles/a.json', '{"id": "a", "generic_id": "a.txt"}') +
    fenced('json file=data/groups/a.json', '{"id": "a", "profile": "a"}') +
    fenced('sh run background', "matchbox -address=127.0.0.1:8080 -data-path=data -assets-path=''") +
    fenced('sh run', 'curl -s http://127.0.0.1:8080/generic') +
    fenced('text output', 'at 127.0.0.1:8080');
  expect(await runPage(page)).toEqual({ ran: 2, faults: [] });
});
