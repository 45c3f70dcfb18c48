// Rules for the section `ignition` and for what is fetched: resources, headers, verification, proxies.
import { type ConfigObject, listAt, objectAt, objectsAt, stringAt } from './config.ts';
import { type Fault, filled, type RuleContext, type StructRule } from './rule.ts';
import { optionalUrlFault, schemeOf, urlFault } from './rule-url.ts';
import { parseSemanticVersion, specVersions } from './version.ts';

/** Hash function → length of the sum in hexadecimal digits and the first minor version that has it. */
const hashes: ReadonlyMap<string, { readonly length: number; readonly since: number }> = new Map([
  ['sha512', { length: 128, since: 0 }],
  ['sha256', { length: 64, since: 1 }],
]);
/** From this minor version on, references without a source are refused where they are listed. */
const requiredSourceSince = 1;

export const ignitionRules: Readonly<Record<string, StructRule>> = {
  Ignition: checkVersion,
  IgnitionConfig: (value, context) => checkSources(value, 'merge', context),
  TLS: (value, context) => checkSources(value, 'certificateAuthorities', context),
  ConfigReference(value, context) {
    context.add('error', ['source'], optionalUrlFault(stringAt(value, 'source'), context.minor));
  },
  CaReference(value, context) {
    context.add('error', ['source'], urlFault(stringAt(value, 'source') ?? '', context.minor));
  },
  FileContents: checkResource,
  Resource: checkResource,
  HTTPHeader(value, context) {
    const name = stringAt(value, 'name') ?? '';
    context.add('error', ['name'], name === '' ? 'empty-http-header-name' : undefined);
    context.add('error', ['value'], stringAt(value, 'value') === '' ? 'invalid-http-header' : undefined);
  },
  Verification(value, context) {
    context.add('error', ['hash'], hashFault(stringAt(value, 'hash'), context.minor));
  },
  Proxy(value, context) {
    checkProxy(value, 'httpProxy', context);
    checkProxy(value, 'httpsProxy', context);
  },
};

function checkVersion(value: ConfigObject, context: RuleContext): void {
  const version = parseSemanticVersion(stringAt(value, 'version') ?? '');
  if (version === undefined) {
    context.add('error', ['version'], 'invalid-version');
    return;
  }
  const wanted = specVersions[context.minor]!.version;
  const name = version.numbers.join('.') + (version.preRelease === '' ? '' : `-${version.preRelease}`);
  const fault = name === wanted && version.metadata === '' ? undefined : 'unknown-version';
  context.add('error', ['version'], fault);
}

function checkSources(value: ConfigObject, list: string, context: RuleContext): void {
  if (context.minor < requiredSourceSince) return;
  objectsAt(value, list).forEach((resource, i) => {
    const source = stringAt(resource, 'source');
    context.add('error', [list, i], filled(source) ? urlFault(source, context.minor) : 'source-required');
  });
}

function checkResource(value: ConfigObject, context: RuleContext): void {
  const compression = stringAt(value, 'compression');
  const known = !filled(compression) || compression === 'gzip';
  context.add('error', ['compression'], known ? undefined : 'compression-invalid');
  const source = stringAt(value, 'source');
  const unverifiable = stringAt(objectAt(value, 'verification'), 'hash') !== undefined && source === undefined;
  context.add('error', ['verification', 'hash'], unverifiable ? 'verification-and-nil-source' : undefined);
  context.add('error', ['source'], optionalUrlFault(source, context.minor));
  context.add('error', ['httpHeaders'], headersFault(value, source));
}

function headersFault(value: ConfigObject, source: string | undefined): Fault {
  if (listAt(value, 'httpHeaders').length === 0) return undefined;
  const scheme = filled(source) ? schemeOf(source) : undefined;
  if (scheme === undefined) return 'invalid-url';
  return scheme === 'http' || scheme === 'https' ? undefined : 'unsupported-scheme-for-http-headers';
}

function hashFault(hash: string | undefined, minor: number): Fault {
  if (hash === undefined) return undefined;
  const dash = hash.indexOf('-');
  if (dash < 0) return 'hash-malformed';
  const known = hashes.get(hash.slice(0, dash));
  if (known === undefined || known.since > minor) return 'hash-unrecognized';
  return hash.length - dash - 1 === known.length ? undefined : 'hash-wrong-size';
}

function checkProxy(value: ConfigObject, key: 'httpProxy' | 'httpsProxy', context: RuleContext): void {
  const proxy = stringAt(value, key);
  if (proxy === undefined) return;
  const scheme = schemeOf(proxy);
  if (scheme === undefined) context.add('error', [key], 'invalid-url');
  else if (scheme !== 'http' && scheme !== 'https') context.add('error', [key], 'invalid-proxy');
  else if (scheme === 'http' && key === 'httpsProxy') context.add('warning', [key], 'insecure-proxy');
}
