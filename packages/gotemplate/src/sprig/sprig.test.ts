import fc from 'fast-check';
import { expect, test } from 'vitest';
import { goMap, parse, sprigFunctionNames, TemplateError } from '../index.ts';
import { sprigFunctions } from './index.ts';

const render = (text: string, data: unknown = {}) =>
  parse(text, { funcs: sprigFunctions, missingkey: 'error' }).execute(data);

test.each(Object.entries(sprigFunctions))('%s does what its example says', (name, { example, usage }) => {
  expect(render(example[0])).toBe(example[1]);
  expect(example[0]).toContain(name);
  expect(usage.split(' ')[0]).toBe(name);
});

test('sprigFunctionNames has every name and no other', () => {
  expect([...sprigFunctionNames]).toEqual(Object.keys(sprigFunctions).sort());
});

test('the library is off unless it is given', () => {
  expect(() => parse('{{upper "a"}}')).toThrow('template: :1: function "upper" not defined');
});

test('functions take what the data holds', () => {
  const data = goMap([
    ['keys', ['b', 'a', null]],
    ['n', 3],
    ['m', { z: 1, __proto__: null }],
  ]);
  expect(render('{{.keys | compact | sortAlpha | join ","}} {{add .n 1}} {{default "x" .m.z}}', data)).toBe('a,b 4 1');
  expect(render('{{range $i, $e := until 3}}{{$i}}{{$e}}{{end}} {{index (list 1 2) 0 | printf "%T"}}', data)).toBe(
    '001122 int',
  );
  expect(render('{{(dict "a" (list 1 .n)).a}} {{toJson .m}} {{len (b64dec "//4=")}}', data)).toBe('[1 3] {"z":1} 2');
  expect(render('{{toJson (dict "10" 1 "9" 2 "__proto__" 3)}}', data)).toBe('{"10":1,"9":2,"__proto__":3}');
});

test('regexMatch knows no class by the name of a property that every object has', () => {
  expect(() => render('{{regexMatch "[[:constructor:]]" "a"}}')).toThrow('invalid character class range');
});

test('errors name the function', () => {
  expect(() => render('{{atoi "x"}}')).toThrow(
    'template: :1:2: executing "" at <atoi "x">: error calling atoi: x is not a whole number',
  );
  expect(() => render('{{required "no mac" ""}}')).toThrow('error calling required: no mac');
  expect(() => render('{{div 1 0}}')).toThrow('division by zero');
  expect(() => render('{{upper 1}}')).toThrow('expected string; found 1');
});

test.each([
  ['{{until 1000000000}}'],
  ['{{repeat 1000000000 "x"}}'],
  ['{{indent 1000000000 "x"}}'],
  ['{{regexMatch "(a{1000}){1000}" "a"}}'],
  [`{{regexMatch "${'('.repeat(300)}" "a"}}`],
  ['{{untilStep 0 10 0}}'],
])('%s is refused', (text) => {
  expect(() => render(text)).toThrow(TemplateError);
});

test('regexMatch comes back for expressions that make others backtrack for ever', () => {
  expect(render('{{regexMatch "^(a+)+$" .}}', `${'a'.repeat(5000)}b`)).toBe('false');
});

test('finding every match is refused where it would look at too much', () => {
  expect(render('{{regexReplaceAll "a.*b|a" . "x"}}', 'a'.repeat(500))).toBe('x'.repeat(500));
  expect(() => render('{{regexReplaceAll "a.*b|a" . "x"}}', 'a'.repeat(50_000))).toThrow(
    'the expression is too large for a text of 50000 characters',
  );
});

test('regexReplaceAll fills in groups by number and by name, and nothing for others', () => {
  expect(render('{{regexReplaceAll "(?P<n>a+)(x)?" "bbaab" "[${n}$1${2}$3$x$$]"}}')).toBe('bb[aaaa$]b');
  expect(render('{{regexReplaceAllLiteral "a" "bab" "$1"}}')).toBe('b$1b');
});

test('empty matches count once, and not right after another match', () => {
  expect(render('{{regexReplaceAll "a*" "baac" "x"}} {{len (regexFindAll "" "é🚀" -1)}}')).toBe('xbxcx 3');
  expect(render('{{regexSplit "a*" "baac" -1 | join "|"}} {{regexSplit "a" "banana" 2 | join "|"}}')).toBe(
    'b|c b|nana',
  );
});

test('expressions see a stray byte as one character', () => {
  expect(render('{{range regexFindAll "." "a\\x80é" -1}}{{printf "%x," .}}{{end}}')).toBe('61,80,c3a9,');
});

test('regular expressions agree with JavaScript where the two languages are the same', () => {
  const piece = fc.constantFrom(
    'a',
    'b',
    '.',
    '[ab]',
    '[^a]',
    'a*',
    'b+?',
    '(a|b)',
    '(?:ab)?',
    '\\w',
    '^',
    '$',
    '\\b',
    'a{1,2}',
    '|',
  );
  const expression = fc.array(piece, { minLength: 1, maxLength: 5 }).map((parts) => parts.join(''));
  const text = fc.string({ unit: fc.constantFrom('a', 'b', ' ', 'c'), maxLength: 8 });
  fc.assert(
    fc.property(expression, text, (source, subject) => {
      const wanted = new RegExp(source).exec(subject);
      const data = goMap([
        ['e', source],
        ['t', subject],
      ]);
      expect(render('{{regexMatch .e .t}}|{{regexFind .e .t}}', data)).toBe(`${wanted !== null}|${wanted?.[0] ?? ''}`);
    }),
    { numRuns: 1000 },
  );
});

test.each([
  ['>=1.2', '1.2.0', true],
  ['~1.2', '1.3.0', false],
  ['^0.2.3', '0.2.9', true],
  ['^0.2.3', '0.3.0', false],
  ['1.x', '1.9.9', true],
  ['>1.2', '1.2.5', false],
  ['<=1.2', '1.2.5', true],
  ['>=1, <2 || =3.0.0', '3.0.0', true],
  ['>=1.0.0', '1.1.0-rc.1', false],
  ['>=1.0.0-0', '1.1.0-rc.1', true],
  ['^1.2, !=1.3.0', '1.3.0', false],
  ['!=1.3.x', '1.3.7', false],
  ['!=1.3.x', '1.4.0', true],
  ['=>1.2 =<1.4', 'v1.4.9', true],
  ['1.2 - 1.4.5', '1.4.5', true],
  ['1.2 - 1.4.5', '1.4.6', false],
  ['^0', '0.9.0', true],
  ['~1', '1.9.0', true],
  ['*', '2.0.0+build.7', true],
  ['> 1.2', '2', true],
  ['!=1.3.0', '1.4.0-rc.1', false],
])('semverCompare %s %s is %s', (constraint, version, wanted) => {
  expect(render('{{semverCompare .c .v}}', { c: constraint, v: version })).toBe(String(wanted));
});

test('versions and constraints that are none are refused', () => {
  expect(() => render('{{semverCompare "latest" "1.0.0"}}')).toThrow('not a version constraint: latest');
  expect(() => render('{{semverCompare "<>1" "1.0.0"}}')).toThrow('not a version constraint: <>1');
  expect(() => render('{{semver "1.2.3.4"}}')).toThrow('not a semantic version: 1.2.3.4');
  expect(() => render('{{semver "1.2.3-a..b"}}')).toThrow('not a semantic version: 1.2.3-a..b');
  expect(() => render('{{semver "99999999999999999999.0.0"}}')).toThrow('not a semantic version');
});

test('semver takes a version apart', () => {
  expect(
    render(
      '{{with semver "v1.2.3-rc.1+git.7"}}{{.Major}} {{.Minor}} {{.Patch}} {{.Prerelease}} {{.Metadata}} {{.Original}}{{end}}',
    ),
  ).toBe('1 2 3 rc.1 git.7 v1.2.3-rc.1+git.7');
});

test('encodings are exact for any bytes, and refuse what is none', () => {
  expect(
    render(
      '{{b64enc "\\x80\\xff"}} {{b32enc "\\x80"}} {{b64dec "gP8=" | printf "%x"}} {{b32dec "QA======" | printf "%x"}}',
    ),
  ).toBe('gP8= QA====== 80ff 80');
  expect(() => render('{{b64dec "gP8"}}')).toThrow('error calling b64dec: illegal base64 data at input byte 0');
  expect(() => render('{{b32dec "1"}}')).toThrow('not base32: 1');
  expect(() => render('{{hexdec "8"}}')).toThrow('not hexadecimal: 8');
});

test('toJson has an escape for a stray byte, as encoding/json', () => {
  expect(render('{{toJson (dict "\\x80" "<\\xff")}} {{toRawJson "<\\xff"}}')).toBe(
    '{"\\ufffd":"\\u003c\\ufffd"} "<\\ufffd"',
  );
});

test('upper and lower map character by character, trim knows Go’s white space', () => {
  expect(render('{{upper "straße"}} {{lower "ΟΔΟΣ"}} [{{trim "\\u0085a\\ufeff"}}]')).toBe('STRAßE οδοσ [a\ufeff]');
});

test('hashes are those of the standards', () => {
  expect(render('{{sha1sum ""}}')).toBe('da39a3ee5e6b4b0d3255bfef95601890afd80709');
  expect(render('{{sha256sum ""}}')).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
  const text =
    'abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu';
  expect(render('{{sha512sum .}}', text)).toBe(
    '8e959b75dae313da8cf4f72814fc143f8f7779c6eb9f7fa17299aeadb6889018501d289e4900f7e4331b99dec4b5433ac7d329eeb6dd26545e96e55b874be909',
  );
  expect(render('{{sha256sum .}}', text)).toBe('cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1');
});
