/** Takes secrets out of a text: values of keys that sound like secrets, and what looks like one. Its cost is that of the text's length. */

/** Stands for a secret. */
export const mask = '••••••';

const secretWord = /passw|secret|token|api_?key|private_?key|credential|authorization/i;

/** Of the API's own messages: what asks for the next page. */
const noSecret = 'nextPageToken';

/** @param holdsMore whether what has this name is a section or an object: `passwd` of Ignition has users in it */
export function isSecretName(name: string, holdsMore: boolean): boolean {
  return secretWord.test(name) && name !== noSecret && !(holdsMore && name === 'passwd');
}

/** A key and what separates it from its value. It begins where a word does, so that long words are looked at once. */
const keys = /["']?(?<![\w.-])([\w.-]+)["']?[ \t]*([:=])[ \t]*/g;

/** What only names a variable of a template is no secret. */
const variable = /["']?\{\{-?\s*[.$][\w.]*\s*-?\}\}["']?(?=[\s,;&}\]]|$)/y;
const quoted = /"(?:[^"\\\n]|\\.)*"|'[^'\n]*'/y;
/** A word of a shell or a query, with pieces of a template in it. */
const word = /(?:\{\{[^\n]*?\}\}|[^\s;&"'])+/y;

const shapes: readonly RegExp[] = [
  // crypt(3): $6$salt$hash, $y$…, $2b$….
  /\$(?:[156]|2[aby]|y|gy|argon2(?:id|i|d)|scrypt)\$[A-Za-z0-9./,=$+-]{8,}/g,
  /-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z0-9 ]*PRIVATE KEY-----|$)/g,
  // Bearer tokens; reports' tokens in URLs.
  /(?<=\bBearer[ \t]{1,8})[\w.~+/-]{8,}=*/gi,
  /(?<=\/machine\/report\/)[\w.-]+/g,
  // Registries' credentials: "auth": "dXNlcjpwYXNz".
  /(?<="auth"[ \t]{0,8}:[ \t]{0,8}")[^"]+/g,
  // Contents of files in Ignition may be anything, compressed too.
  /(?<=\bdata:[^,"'\s]{0,100},)[^"'\s]{8,}/g,
];
/** JSON Web Tokens; three parts are looked for in what was found. */
const webTokens = /\beyJ[\w.-]{16,}/g;

/** What every one of the shapes has in it: most texts have nothing of it. */
const shapeHint = /\$|-----BEGIN|Bearer|\/report\/|"auth"|data:|eyJ/i;

export function maskWords(text: string): string {
  let found = secretWord.test(text) ? maskKeyed(text) : text;
  if (!shapeHint.test(found)) return found;
  for (const shape of shapes) found = found.replace(shape, mask);
  return found.replace(webTokens, (token) => (token.split('.').length < 3 ? token : mask));
}

function maskKeyed(text: string): string {
  let out = '';
  let at = 0;
  keys.lastIndex = 0;
  for (let match = keys.exec(text); match !== null; match = keys.exec(text)) {
    const [, name = '', separator] = match;
    if (!secretWord.test(name)) continue;
    const from = keys.lastIndex;
    const value = valueAt(text, match.index, from, { name, isYaml: separator === ':' });
    if (value === undefined) continue;
    out += text.slice(at, from) + value.shown;
    at = value.end;
    keys.lastIndex = value.end;
  }
  return out + text.slice(at);
}

interface Value {
  readonly end: number;
  readonly shown: string;
}

/** @returns undefined where there is nothing to hide */
function valueAt(text: string, keyAt: number, from: number, key: { name: string; isYaml: boolean }): Value | undefined {
  if (matchAt(variable, text, from) !== undefined) return undefined;
  const endOfLine = lineEnd(text, from);
  const lead = key.isYaml ? /^[ \t]*(?:- )?$/.exec(text.slice(lineStart(text, keyAt), keyAt))?.[0] : undefined;
  const rest = text.slice(from, Math.min(endOfLine, from + 20)).trim();
  if (lead !== undefined && (rest === '' || /^[|>]/.test(rest)))
    return isSecretName(key.name, rest === '') ? block(text, endOfLine, lead.length) : undefined;
  const string = matchAt(quoted, text, from);
  if (string !== undefined) return { end: from + string.length, shown: `${string[0]}${mask}${string[0]}` };
  if (lead !== undefined && /[ \t]/.test(text[from - 1] ?? '')) return { end: endOfLine, shown: mask };
  const plain = matchAt(word, text, from);
  return plain === undefined ? undefined : { end: from + plain.length, shown: mask };
}

/** Lines that are further in than their key; @param column of the key */
function block(text: string, endOfLine: number, column: number): Value | undefined {
  let end = endOfLine;
  let indent: string | undefined;
  while (end < text.length) {
    const next = lineEnd(text, end + 1);
    const line = text.slice(end + 1, next);
    const [lead = ''] = /^[ \t]*/.exec(line) ?? [];
    const isBlank = lead.length === line.length;
    if (!isBlank && lead.length <= column) break;
    if (!isBlank) indent ??= lead;
    end = next;
  }
  if (indent === undefined) return undefined;
  // What was on the key's line (`|`) stays.
  const from = text.lastIndexOf(':', endOfLine) + 1;
  const head = text.slice(from, endOfLine).trimStart();
  return { end, shown: `${head}\n${indent}${mask}${text.endsWith('\n', end) ? '\n' : ''}` };
}

function matchAt(pattern: RegExp, text: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0];
}

function lineStart(text: string, at: number): number {
  return at === 0 ? 0 : text.lastIndexOf('\n', at - 1) + 1;
}

function lineEnd(text: string, at: number): number {
  const end = text.indexOf('\n', at);
  return end < 0 ? text.length : end;
}
