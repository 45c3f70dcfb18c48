// Rules for encrypted volumes and for what unlocks them.
import { byteLength } from '@matchbox/gotext';
import { boolAt, type ConfigObject, isObject, listAt, numberAt, objectAt, stringAt } from './config.ts';
import { isJson } from './json.ts';
import { type Fault, filled, pathFault, type RuleContext, type StructRule } from './rule.ts';
import { optionalUrlFault, schemeOf } from './rule-url.ts';

/** The pins of Clevis that were known; from version 3.6 on any pin may be named. */
const clevisPins: ReadonlySet<string> = new Set(['tpm2', 'tang', 'sss']);
const anyPinSince = 6;
const cexSince = 5;
const customIsValueSince = 3;

export const luksRules: Readonly<Record<string, StructRule>> = {
  Luks: checkLuks,
  Custom(value, context) {
    const pin = stringAt(value, 'pin') ?? '';
    const config = stringAt(value, 'config') ?? '';
    // Quirk: up to spec 3.2 nothing is said where both are empty, even if the network is asked for (Ignition,
    // config/v3_2/types, Custom.Validate).
    if (pin === '' && config === '') return;
    context.add('error', ['pin'], clevisPins.has(pin) ? undefined : 'unknown-clevis-pin');
    context.add('error', ['config'], config === '' ? 'clevis-config-required' : undefined);
  },
  ClevisCustom(value, context) {
    const pin = stringAt(value, 'pin') ?? '';
    const config = stringAt(value, 'config') ?? '';
    if (pin === '' && config === '' && boolAt(value, 'needsNetwork') !== true) return;
    if (pin === '') context.add('error', ['pin'], 'clevis-pin-required');
    else if (context.minor < anyPinSince && !clevisPins.has(pin)) {
      context.add('error', ['pin'], 'unknown-clevis-pin');
    }
    context.add('error', ['config'], config === '' ? 'clevis-config-required' : undefined);
  },
  Tang(value, context) {
    context.add('error', ['url'], tangUrlFault(stringAt(value, 'url') ?? ''));
    const missing = !filled(stringAt(value, 'thumbprint'));
    context.add('error', ['thumbprint'], missing ? 'tang-thumbprint-required' : undefined);
    const advertisement = stringAt(value, 'advertisement');
    const broken = filled(advertisement) && !isJson(advertisement);
    context.add('error', ['advertisement'], broken ? 'invalid-tang-advertisement' : undefined);
  },
};

function checkLuks(value: ConfigObject, context: RuleContext): void {
  const name = stringAt(value, 'name') ?? '';
  context.add('error', ['name'], name.includes('/') ? 'luks-name-contains-slash' : undefined);
  const label = stringAt(value, 'label') ?? '';
  context.add('error', ['label'], byteLength(label) > 47 ? 'luks-label-too-long' : undefined);
  const device = stringAt(value, 'device');
  context.add('error', ['device'], filled(device) ? pathFault(device) : 'disk-device-required');
  const clevis = objectAt(value, 'clevis');
  const mixed = customGiven(clevis, context.minor) && otherPinsGiven(clevis);
  context.add('error', ['clevis'], mixed ? 'clevis-custom-with-others' : undefined);
  checkCex(value, clevis, context);
  const source = stringAt(objectAt(value, 'keyFile'), 'source');
  // Quirk: Ignition reports this at `keys`, a key that no version has (config/v3_2/types/luks.go, Luks.Validate).
  const broken = optionalUrlFault(source, context.minor) !== undefined;
  context.add('error', ['keys'], broken ? 'invalid-luks-key-file' : undefined);
}

function checkCex(value: ConfigObject, clevis: ConfigObject, context: RuleContext): void {
  if (context.minor < cexSince || boolAt(objectAt(value, 'cex'), 'enabled') !== true) return;
  if (customGiven(clevis, context.minor) || otherPinsGiven(clevis)) context.add('error', ['cex'], 'cex-with-clevis');
  if (filled(stringAt(objectAt(value, 'keyFile'), 'source'))) context.add('error', ['cex'], 'cex-with-key-file');
}

/** Up to version 3.2 `custom` may be absent and counts when it is there; later it counts when it names a pin. */
function customGiven(clevis: ConfigObject, minor: number): boolean {
  if (minor < customIsValueSince) return isObject(clevis.custom);
  return filled(stringAt(objectAt(clevis, 'custom'), 'pin'));
}

function otherPinsGiven(clevis: ConfigObject): boolean {
  const threshold = numberAt(clevis, 'threshold') ?? 0;
  return listAt(clevis, 'tang').length > 0 || boolAt(clevis, 'tpm2') === true || threshold !== 0;
}

function tangUrlFault(url: string): Fault {
  const scheme = schemeOf(url);
  if (scheme === undefined) return 'invalid-url';
  return scheme === 'http' || scheme === 'https' ? undefined : 'invalid-scheme';
}
