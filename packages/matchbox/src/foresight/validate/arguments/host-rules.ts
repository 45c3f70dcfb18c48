/** Rules about the hosts of URLs that machines ask: the one of the documentation, and the machine itself. */
import { type JsonValue, positionAt } from '../../../data/go-json.ts';
import { templateKinds } from '../../../data/kind.ts';
import type { Remark } from '../finding.ts';
import { type Described, isNoData, type Project, remarkAt } from '../project.ts';
import { endpointOf } from './argument-url.ts';
import { bootable, bootLines } from './bootable.ts';
import { faultOf } from './variable-rule.ts';

/** Hosts of this documentation and of the Go program's, to be replaced by one's own. */
const placeholderHost = /^(?:matchbox|bootcfg|provisioner)\.(?:foo|example(?:\.(?:com|net|org))?)(?::\d+)?$/i;
/** Names that are reserved for examples: https://www.rfc-editor.org/rfc/rfc2606 */
const exampleHost = /(?:^|\.)example(?:\.(?:com|net|org))?(?::\d+)?$/i;
const loopbackHost = /^(?:localhost|127(?:\.\d+){3}|0\.0\.0\.0|\[::1?\])(?::\d+)?$/i;

interface UsedHost {
  readonly host: string;
  readonly profile: Described<unknown>;
  readonly path: readonly (string | number)[];
}

/** Hosts of URLs that lead to an endpoint or to assets. */
function usedHosts(project: Project): UsedHost[] {
  return bootable(project).flatMap(({ profile, boot, at }) =>
    bootLines({ boot, at }).flatMap(({ path, text }) =>
      Array.from(text.matchAll(/https?:\/\/([^/\s?#"']+)(\/[^\s?#"']*)?/g)).flatMap(([, host = '', where = '']) =>
        /^\/assets\//.test(where) || /^(?:ignition|cloud|generic|metadata)$/.test(endpointOf(where) ?? '')
          ? { host, profile, path }
          : [],
      ),
    ),
  );
}

function isRealHost({ host }: UsedHost): boolean {
  if (faultOf(`http://${host}/`) !== undefined) return false;
  return !host.includes('$') && !exampleHost.test(host) && !placeholderHost.test(host) && !loopbackHost.test(host);
}

/** Where other URLs have a host of one's own, that of the documentation was forgotten. */
export function placeholderHostRule(project: Project): Remark[] {
  const used = usedHosts(project);
  const real = used.find(isRealHost);
  if (real === undefined) return [];
  const message = (host: string) => `${host} is the host of the documentation, and other URLs have ${real.host}`;
  return [
    ...used
      .filter(({ host }) => placeholderHost.test(host))
      .map(({ host, profile, path }) => remarkAt(profile, path, message(host))),
    ...placeholdersInMetadata(project).map(({ host, group, path }) => remarkAt(group, path, message(host))),
    ...placeholdersInTemplates(project).map(({ host, ...place }) => ({ ...place, message: message(host) })),
  ];
}

function placeholdersInMetadata({ groups }: Project) {
  return groups.flatMap((group) =>
    Array.from(textsIn(group.value.metadata ?? null, ['metadata'])).flatMap(({ path, text }) => {
      const host = placeholderIn(text);
      return host === undefined ? [] : { host, group, path };
    }),
  );
}

function* textsIn(
  value: JsonValue,
  path: readonly (string | number)[],
): Generator<{ readonly path: readonly (string | number)[]; readonly text: string }> {
  if (typeof value === 'string') yield { path, text: value };
  else if (value instanceof Map) for (const [key, inner] of value) yield* textsIn(inner, [...path, key]);
  else if (Array.isArray(value)) for (const [index, inner] of value.entries()) yield* textsIn(inner, [...path, index]);
}

/** The first of each template. */
function placeholdersInTemplates({ snapshot }: Project): (Omit<Remark, 'message'> & { readonly host: string })[] {
  return templateKinds.flatMap((kind) =>
    snapshot.files(kind).flatMap(({ name, bytes }) => {
      const text = isNoData(name) ? '' : new TextDecoder().decode(bytes);
      const host = placeholderIn(text);
      return host === undefined
        ? []
        : { file: `${kind}/${name}`, ...positionAt(text, text.indexOf(`//${host}`) + 2), host };
    }),
  );
}

function placeholderIn(text: string): string | undefined {
  if (!text.includes('://')) return undefined;
  for (const [, host] of text.matchAll(/https?:\/\/([\w.-]+(?::\d+)?)/g)) if (placeholderHost.test(host!)) return host;
  return undefined;
}

/** Somebody's DNS may have this name, as the guides suggest: so it is told once, and stands in nobody's way. */
export function exampleHostRule(project: Project): Remark[] {
  const used = usedHosts(project);
  if (used.some(isRealHost)) return [];
  const first = used.find(({ host }) => placeholderHost.test(host));
  if (first === undefined) return [];
  const message = `${first.host} is the host of the documentation: machines have to know it, or put the address of your server in its place`;
  return [remarkAt(first.profile, first.path, message)];
}

export function loopbackHostRule(project: Project): Remark[] {
  return usedHosts(project)
    .filter(({ host }) => loopbackHost.test(host))
    .map(({ host, profile, path }) =>
      remarkAt(profile, path, `a machine that asks ${host} asks itself; write the server's address`),
    );
}
