/** Hardware addresses as text and bytes, with the forms and error texts of Go's `net.ParseMAC`. */

/** Thrown by `parseMac`; the message is Go's. */
export class MacError extends Error {
  readonly code = 'invalid_mac';

  constructor(text: string) {
    super(text === '' ? 'invalid MAC address' : `address ${text}: invalid MAC address`);
    this.name = 'MacError';
  }
}

/** EUI-48, EUI-64 and the 20 octets of IP over InfiniBand. */
const lengths = [6, 8, 20];
const forms = [
  { mark: ':', pattern: /^[0-9a-f]{2}(?::[0-9a-f]{2})+$/i, separator: /:/g },
  { mark: '-', pattern: /^[0-9a-f]{2}(?:-[0-9a-f]{2})+$/i, separator: /-/g },
  { mark: '.', pattern: /^[0-9a-f]{4}(?:\.[0-9a-f]{4})+$/i, separator: /\./g },
];
/** Digits alone, which Go takes since 1.27 (golang/go issue 66682). */
const bare = { pattern: /^(?:[0-9a-f]{2})+$/i, separator: '' };
/** The longest form is twenty octets with separators; longer text is refused before any pattern sees it. */
const longest = 20 * 3 - 1;

/**
 * Reads `52:54:00:a1:9c:ae`, `52-54-00-a1-9c-ae`, `5254.00a1.9cae` or `525400a19cae`, in either case, of 6, 8 or
 * 20 octets.
 * @throws MacError when the text is none of these
 * @example formatMac(parseMac('52-54-00-A1-9C-AE')) // '52:54:00:a1:9c:ae'
 */
export function parseMac(text: string): Uint8Array {
  const form = text.length > longest ? undefined : formOf(text);
  if (form === undefined) throw new MacError(text);
  const digits = text.replace(form.separator, '');
  if (!lengths.includes(digits.length / 2)) throw new MacError(text);
  const octets = new Uint8Array(digits.length / 2);
  for (let i = 0; i < octets.length; i++) octets[i] = Number.parseInt(digits.slice(2 * i, 2 * i + 2), 16);
  return octets;
}

/** The separator tells the form, so one pattern is tried. */
function formOf(text: string): { readonly pattern: RegExp; readonly separator: RegExp | string } | undefined {
  const form = forms.find(({ mark }) => mark === text[2]) ?? forms.find(({ mark }) => mark === text[4]) ?? bare;
  return form.pattern.test(text) ? form : undefined;
}

/** Lower case with colons, as Go's `HardwareAddr.String`. */
export function formatMac(octets: Uint8Array): string {
  let text = '';
  for (const octet of octets) text += `${text === '' ? '' : ':'}${octet < 16 ? '0' : ''}${octet.toString(16)}`;
  return text;
}

/** The form of `formatMac`, whatever form the text has. @returns undefined for what is no MAC address */
export function canonicalMac(text: string): string | undefined {
  try {
    return formatMac(parseMac(text));
  } catch (error) {
    if (error instanceof MacError) return undefined;
    throw error;
  }
}
