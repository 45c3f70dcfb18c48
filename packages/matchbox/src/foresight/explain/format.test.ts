import { toWellFormed } from '@matchbox/gotext';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { openCatalog } from '../../data/catalog.ts';
import { openMemoryStore } from '../../store/memory.ts';
import { explain } from './explain.ts';
import { formatExplanation } from './format.ts';
import { wrap } from './layout.ts';

const files = {
  'groups/default.json': '{"id":"default","profile":"p"}',
  'groups/own.json': '{"id":"own","profile":"p","selector":{"zone":"a","rack":"1"},\n"metadata":{"x":["\\u001b[2J"]}}',
  'profiles/p.json': '{"id":"p","boot":{"kernel":"k"},"generic_id":"t"}',
  'generic/t': '{{.x}}{{.y}}',
};

async function formatted(query: string, options = {}, more = {}) {
  const { snapshot } = await openCatalog(openMemoryStore({ ...files, ...more }), { watch: false });
  return formatExplanation(explain(snapshot, query), options);
}

test('formatExplanation says how many selectors of a near miss it leaves out', async () => {
  const selector = Object.fromEntries(Array.from({ length: 44 }, (_, index) => [`label${index}`, 'x']));
  const group = JSON.stringify({ id: 'near', profile: 'p', selector: { ...selector, zone: 'a' } });
  const text = await formatted('zone=a', {}, { 'groups/near.json': group });
  expect(text).toContain('    label39:  wanted x, the machine sent none\n    … and 4 more\n');
  expect(text).not.toContain('label40');
});

test('formatExplanation tells the whole story of a machine that gets its group', async () => {
  expect(await formatted('zone=a&rack=1&zone=b')).toBe(`Labels
  zone  a
  rack  1
Left out
  zone=b  zone was sent before, and the first value counts: a

Group  own (groups/own.json)
  Of the 2 groups that match it has the most selectors (2 selectors).
  →  own.json      zone=a rack=1
     default.json  no selectors
  Profile p (profiles/p.json)

Answers
  /ipxe      200  21 bytes
  /grub      200  220 bytes
  /ignition  404             the profile has no ignition_id
  /cloud     404             the profile has no cloud_id
  /generic   500             generic/t:1:9: error rendering template: template:
                             :1:8: executing "" at <.y>: map has no entry for
                             key "y"
  /metadata  200  95 bytes

Variables (lines of groups/own.json)
  .x                   ["\\u001b[2J"]           metadata, line 2
  .rack                "1"                     selector, line 1
  .zone                "a"                     selector, line 1
  .request.query.zone  "a"                     request
  .request.query.rack  "1"                     request
  .request.raw_query   "zone=a&rack=1&zone=b"  request
  .y  set by nobody  named in generic/t:1:9
`);
});

test('formatExplanation tells why a machine gets the default group, and what it missed', async () => {
  expect(await formatted('zone=A')).toBe(`Labels
  zone  A

Group  default (groups/default.json)
  It is the default group: no group with selectors matches.
  Profile p (profiles/p.json)

Near misses
  own (groups/own.json): 0 of 2 selectors match
    zone:  wanted a, the machine sent A (they differ only in case)
    rack:  wanted 1, the machine sent none

Answers
  /ipxe      200  21 bytes
  /grub      200  220 bytes
  /ignition  404             the profile has no ignition_id
  /cloud     404             the profile has no cloud_id
  /generic   500             generic/t:1:3: error rendering template: template:
                             :1:2: executing "" at <.x>: map has no entry for
                             key "x"
  /metadata  200  46 bytes

Variables (lines of groups/default.json)
  .request.query.zone  "A"       request
  .request.raw_query   "zone=A"  request
  .x  set by nobody  named in generic/t:1:3
  .y  set by nobody  named in generic/t:1:9
`);
});

test('formatExplanation of a machine on hold says once what it waits for', async () => {
  expect(await formatted('zone=b', {}, { 'groups/broken.json': '{' })).toBe(`Labels
  zone  b

On hold  default (groups/default.json)
  It would get a default group, but one of its own may be in
  groups/broken.json:1:2, which cannot be read: it waits (503) until that is
  mended.
  Profile p

Broken files
  groups/broken.json:1:2
    unexpected end of JSON input (this machine waits for it)

Answers
  /ipxe      503
  /grub      503
  /ignition  503
  /cloud     503
  /generic   503
  /metadata  503
`);
});

test('formatExplanation colours where it is told to, and only then', async () => {
  const colored = await formatted('zone=A', { color: true });
  expect(colored).toContain('\u001b[1mGroup\u001b[0m  \u001b[32mdefault (groups/default.json)\u001b[0m\n');
  expect(colored.replace(/\u001b\[\d+m/g, '')).toBe(await formatted('zone=A'));
});

test('formatExplanation writes nothing that a terminal would obey, whatever a machine sends', async () => {
  const { snapshot } = await openCatalog(openMemoryStore(files), { watch: false });
  const unit = fc.constantFrom(
    ...'aé=&%;+"\\ ',
    '\u0000',
    '\n',
    '\r',
    '\u001b',
    '[2J',
    '\u007f',
    '\u0085',
    '\u00ad',
    '\u2028',
    '\u202e',
    '\u{e0001}',
  );
  const anything = fc.string({ unit, maxLength: 40 });
  fc.assert(
    fc.property(fc.array(fc.tuple(anything, anything), { maxLength: 5 }), anything, (pairs, raw) => {
      const encoded = pairs
        .map(([key, value]) => `${encodeURIComponent(toWellFormed(key))}=${encodeURIComponent(toWellFormed(value))}`)
        .join('&');
      for (const query of [encoded, raw]) {
        const text = formatExplanation(explain(snapshot, query));
        expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u);
      }
    }),
    { numRuns: 200 },
  );
});

test('formatExplanation stays within 80 columns wherever words do', async () => {
  const query = Array.from({ length: 60 }, (_, i) => `label${i}=${'some+words+'.repeat(i)}`).join('&');
  const text = await formatted(query);
  for (const line of text.split('\n')) expect(line.length, line).toBeLessThanOrEqual(110);
  expect(text).toContain('  … and 20 more\n');
});

test('wrap breaks at spaces and keeps a long word whole', () => {
  expect(wrap('a bb ccc dddd', 5)).toEqual(['a bb', 'ccc', 'dddd']);
  expect(wrap('a bbbbbbbb c', 5)).toEqual(['a', 'bbbbbbbb', 'c']);
  expect(wrap('', 5)).toEqual(['']);
});

test('formatExplanation says why a script is not the profile’s own', async () => {
  const { snapshot } = await openCatalog(openMemoryStore(files), { watch: false });
  const explanation = explain(snapshot, 'zone=a&rack=1');
  const [first, ...others] = explanation.answers;
  const message = 'this machine boots from disk: it is installed';
  const answers = [{ ...first!, reason: 'boot_from_disk', message } as const, ...others];
  const text = formatExplanation({ ...explanation, answers }, {});
  expect(text).toContain('  /ipxe      200  21 bytes   this machine boots from disk: it is installed\n');
});
