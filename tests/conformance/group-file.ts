/** What rules have to know of a group's file, read in a second way: as Go's `encoding/json` reads it, without our own reader. */

/** The forms of Go's `net.ParseMAC` since 1.27, and how many digits they may have. */
const macForms = [
  /^[0-9a-f]{2}(:[0-9a-f]{2})+$/i,
  /^[0-9a-f]{2}(-[0-9a-f]{2})+$/i,
  /^[0-9a-f]{4}(\.[0-9a-f]{4})+$/i,
  /^[0-9a-f]+$/i,
];
const macDigits = [12, 16, 40];

/**
 * The selector of a group: `null` for one is an empty value, `null` for the file or the selector is none.
 * @returns undefined for what is no group: no JSON, no object, a value that is no text, a MAC address that is none
 */
export function readSelector(json: string): Readonly<Record<string, string>> | undefined {
  const group = parseObject(json);
  if (group === undefined || !hasGroupTypes(group)) return undefined;
  const selector: Record<string, string> = {};
  for (const [key, value] of Object.entries(group)) {
    if (key.toLowerCase() !== 'selector' || value === null) continue;
    if (typeof value !== 'object' || Array.isArray(value)) return undefined;
    for (const [label, wanted] of Object.entries(value)) {
      const text = wanted === null ? '' : wanted;
      if (typeof text !== 'string' || (isMac(label) && !isMacAddress(text))) return undefined;
      selector[label] = isMac(label) ? normalMac(text) : text;
    }
  }
  return selector;
}

/** Keys match in any case, and `null` leaves a field what it was. */
function hasGroupTypes(group: Readonly<Record<string, unknown>>): boolean {
  return Object.entries(group).every(([key, value]) => {
    if (value === null) return true;
    const name = key.toLowerCase();
    if (['id', 'name', 'profile'].includes(name)) return typeof value === 'string';
    return name !== 'metadata' || (typeof value === 'object' && !Array.isArray(value));
  });
}

/** The members of a JSON object; none for `null`, which Go reads into any struct; undefined for all else. */
export function parseObject(json: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(json);
    if (value === null) return {};
    return typeof value === 'object' && !Array.isArray(value) ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

export function isMac(label: string): boolean {
  return label.toLowerCase() === 'mac';
}

export function isMacAddress(text: string): boolean {
  return macForms.some((form) => form.test(text)) && macDigits.includes(text.replace(/[:.-]/g, '').length);
}

/** Lower case, with colons. */
export function normalMac(text: string): string {
  return text.toLowerCase().replace(/[:.-]/g, '').match(/../g)!.join(':');
}
