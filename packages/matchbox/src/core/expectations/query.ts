/** Labels as a machine would send them. */

/** Colons and slashes stay, as boot loaders send them. @example formatQuery([['mac', '52:54:00:a1:9c:ae']]) */
export function formatQuery(labels: Iterable<readonly [key: string, value: string]>): string {
  return Array.from(labels, ([key, value]) => `${escapeText(key)}=${escapeText(value)}`).join('&');
}

function escapeText(text: string): string {
  return encodeURIComponent(text).replace(/%(?:3A|2F|2C|40)/g, decodeURIComponent);
}
