/** Boot scripts as bytes, each written once. */
import { encodeBytes } from '@matchbox/gotext';
import type { BootSection } from '../data/boot.ts';
import { grubLookingScript, grubScript, ipxeLookingScript, ipxeScript } from './boot-script.ts';
import type { BootChoice } from './machine-boot.ts';

/** A script depends on the boot section alone. */
const scripts = { ipxe: new WeakMap<BootSection, Uint8Array>(), grub: new WeakMap<BootSection, Uint8Array>() };

export function scriptOf(endpoint: 'ipxe' | 'grub', choice: Exclude<BootChoice, { kind: 'none' }>): Uint8Array {
  if (choice.kind === 'look') {
    const { amd64, i386 } = choice;
    return encodeBytes(endpoint === 'ipxe' ? ipxeLookingScript(amd64, i386) : grubLookingScript(amd64, i386));
  }
  const { section } = choice;
  let script = scripts[endpoint].get(section);
  if (script === undefined) {
    script = encodeBytes(endpoint === 'ipxe' ? ipxeScript(section) : grubScript(section));
    scripts[endpoint].set(section, script);
  }
  return script;
}
