/** A file as it would be, in the API's form. */

export interface DraftFile {
  readonly kind: string;
  readonly name: string;
  readonly content: Uint8Array<ArrayBuffer>;
  readonly deleted: boolean;
}

export function languageOf(kind: string, name: string): 'json' | 'yaml' | 'text' {
  if (kind === 'groups' || kind === 'profiles' || kind === 'networks' || /\.(?:ign|ignition|json)$/.test(name))
    return 'json';
  return kind === 'ignition' || kind === 'cloud' || /\.ya?ml/.test(name) ? 'yaml' : 'text';
}

/** What a new file begins with. */
export function beginning(kind: string, name: string): string {
  if (kind === 'groups')
    return `${JSON.stringify({ id: name, name, profile: '', selector: { mac: '' }, metadata: {} }, null, 2)}\n`;
  if (kind === 'profiles')
    return `${JSON.stringify({ id: name, name, boot: { kernel: '', initrd: [], args: [] } }, null, 2)}\n`;
  if (kind === 'networks') return `${JSON.stringify({ id: name, name, mode: 'proxy', subnet: '' }, null, 2)}\n`;
  return '';
}
