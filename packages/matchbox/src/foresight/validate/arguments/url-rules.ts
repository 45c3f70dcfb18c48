/** Rules about the URLs among arguments: do they lead to an endpoint, with the labels that it chooses by, and is there an answer? */
import { type ConfigEndpoint, configEndpoints, neededTemplate } from '../../../answer/endpoint.ts';
import type { BootSection } from '../../../data/boot.ts';
import { positionAt } from '../../../data/go-json.ts';
import { templateKinds } from '../../../data/kind.ts';
import { onceFor } from '../../../data/once-for.ts';
import { doubtfulGroups } from '../checks/selector.ts';
import type { Remark } from '../finding.ts';
import { isSlip } from '../near-miss.ts';
import { isNoData, type Project, remarkAt } from '../project.ts';
import { type ArgumentUrl, argumentUrls, endpointOf, pairsOf } from './argument-url.ts';
import { type Ask, asksOf, entryOf } from './asks.ts';
import { bootable, bootLines } from './bootable.ts';
import { meantArguments, nameOf } from './kernel-arguments.ts';
import { configArguments, wholeUrlArguments } from './known-arguments.ts';
import { isSetting } from './variable-rule.ts';

/** Everything that the server answers by its first path segment. */
const servedPaths = [...configEndpoints, 'nocloud', 'boot.ipxe', 'boot.ipxe.0', 'assets', 'healthz', 'readyz'] as const;

export function urlPathRule(project: Project): Remark[] {
  const hosts = hostsOfServer(project);
  return bootable(project)
    .flatMap(({ profile, boot, at }) => [
      ...argumentUrls(boot, at).flatMap((url) => {
        const message = pathFault(url, hosts);
        return message === undefined ? [] : remarkAt(profile, url.place, message);
      }),
      ...notWhole(boot).map(({ index, message }) => remarkAt(profile, [...at, 'args', index], message)),
      ...bootLines({ boot, at })
        .filter(({ path }) => path.at(-2) !== 'args')
        .flatMap(({ path, text }) => {
          const [, host, folder] = /(?:^|\s)(?:https?:\/\/([^\s/]+))?\/([^\s/]+)\//.exec(text) ?? [];
          if (folder === undefined || (host !== undefined && !hosts.has(host))) return [];
          if (folder === 'assets' || !isAssetsSlip(folder)) return [];
          return remarkAt(profile, path, `nothing is served below /${folder}/; did you mean "/assets/"?`);
        }),
    ])
    .concat(pathsInTemplates(project, hosts));
}

/** URLs in templates that lead to the server and are nearly an endpoint's: the second stage of an installation, most often. */
function pathsInTemplates({ snapshot }: Project, hosts: ReadonlySet<string>): Remark[] {
  return templateKinds.flatMap((kind) =>
    snapshot.files(kind).flatMap(({ name, bytes }) => {
      const text = isNoData(name) ? '' : new TextDecoder().decode(bytes);
      return Array.from(text.matchAll(/https?:\/\/([\w.-]+(?::\d+)?)\/([\w-]+)\?/g)).flatMap((found): Remark[] => {
        const [, host = '', word = ''] = found;
        if (!hosts.has(host) || endpointOf(`/${word}`) !== undefined) return [];
        const near = nearEndpoint(word, undefined);
        if (near === undefined || near === word) return [];
        const message = `/${word} is no path of the server; did you mean "/${near}"?`;
        return [{ file: `${kind}/${name}`, ...positionAt(text, found.index), message }];
      });
    }),
  );
}

/** Hosts that some URL asks for a config at a right path. */
export function ownHosts(boots: readonly BootSection[]): Set<string> {
  const urls = boots.flatMap((boot) => argumentUrls(boot));
  const isConfig = ({ path }: ArgumentUrl) => endpointOf(path) !== undefined;
  return new Set(urls.filter(isConfig).map(({ host }) => host));
}

/** Hosts by which templates and metadata know the server. Source of the form: our own examples, and those of the Go program. */
const serverUrl = /https?:\/\/([^/\s"'`<>{}$]+)\/(?:ignition|cloud|generic|metadata)(?=[?"'\s])/g;

function hostsOfServer(project: Project): Set<string> {
  const hosts = ownHosts(bootable(project).map(({ boot }) => boot));
  for (const kind of ['ignition', 'cloud', 'generic', 'groups'] as const) {
    for (const { bytes } of project.snapshot.files(kind)) {
      for (const [, host] of new TextDecoder().decode(bytes).matchAll(serverUrl)) hosts.add(host!);
    }
  }
  return hosts;
}

/** A URL among arguments as it is judged: what its argument is for, and whose it seems to be. */
interface JudgedUrl extends ArgumentUrl {
  readonly wanted: readonly ConfigEndpoint[] | undefined;
  /** Of a path below others: `ignition` of `/ignition/x`. */
  readonly first: string;
  readonly isBelow: boolean;
  /** Another URL leads to an endpoint of this host. */
  readonly isKnownHost: boolean;
  /** It sends labels, or its host is known. */
  readonly isOurs: boolean;
}

function pathFault(url: ArgumentUrl, hosts: ReadonlySet<string>): string | undefined {
  const { name, host, path, query } = url;
  const [, first = '', rest = ''] = /^\/+([^/]*)(\/.*)?$/s.exec(path) ?? [];
  if (endpointOf(path)?.startsWith('nocloud/')) return undefined;
  if (first === 'assets' || path === '/boot.ipxe' || path === '/boot.ipxe.0') return undefined;
  const isKnownHost = hosts.has(host);
  const judged: JudgedUrl = {
    ...url,
    wanted: Object.hasOwn(configArguments, name) ? configArguments[name] : undefined,
    first,
    isBelow: rest !== '' && rest !== '/',
    isKnownHost,
    isOurs: isKnownHost || /(?:^|&)(?:uuid|mac)=/.test(query ?? ''),
  };
  const endpoint = endpointOf(path);
  return endpoint === undefined ? noEndpointFault(judged) : otherEndpointFault(judged, endpoint);
}

function otherEndpointFault({ name, wanted }: JudgedUrl, endpoint: ConfigEndpoint): string | undefined {
  if (wanted === undefined || wanted.includes(endpoint)) return undefined;
  return `/${endpoint} answers nothing that ${name} is for; did you mean "/${wanted[0]}"?`;
}

function noEndpointFault(url: JudgedUrl): string | undefined {
  const { path, query, wanted, first, isOurs } = url;
  if (path === '' || path === '/') {
    return isOurs && query !== undefined ? `the URL has no path; wanted /${wanted?.[0] ?? 'ignition'}` : undefined;
  }
  if (wanted !== undefined && /^[a-z]+[&=]|^[a-z]+(?:uuid|mac)=/.test(first)) {
    return 'the labels in the URL begin with a question mark, which is missing';
  }
  return otherPathFault(url);
}

function otherPathFault({ path, wanted, first, isBelow, isKnownHost, isOurs }: JudgedUrl): string | undefined {
  const near = isBelow ? nearFolder(first) : nearEndpoint(first, wanted);
  if (near !== undefined && (isOurs || (wanted !== undefined && !isBelow))) {
    return `${isBelow ? path : `/${first}`} is no path of the server; did you mean "/${near}"?`;
  }
  return isKnownHost && wanted !== undefined ? `${path} is no path of the server` : undefined;
}

/** Nothing lies below endpoints, and files below one folder only. */
function nearFolder(word: string): string | undefined {
  return configEndpoints.find((each) => each === word) ?? (isAssetsSlip(word) ? 'assets/' : undefined);
}

function nearEndpoint(word: string, wanted: readonly ConfigEndpoint[] | undefined): string | undefined {
  const lowered = word.toLowerCase();
  const known = [...(wanted ?? []), ...servedPaths];
  return known.find(
    (each) =>
      lowered === each ||
      isSlip(lowered, each) ||
      (lowered.length >= 4 && each.startsWith(lowered)) ||
      lowered.replace(/s$|\.\w+$|-?config$/, '') === each,
  );
}

function isAssetsSlip(folder: string): boolean {
  const lowered = folder.toLowerCase();
  return lowered === 'assets' || isSlip(lowered, 'assets') || lowered === 'assests';
}

/** `ignition.config.url=matchbox:8080/ignition`, `coreos.live.rootfs_url=/assets/…`: no boot loader completes these. */
function notWhole({ args }: BootSection): { index: number; message: string }[] {
  return meantArguments(args).flatMap(({ text, index }) => {
    const name = nameOf(text);
    if (!wholeUrlArguments.has(name) || !text.includes('=')) return [];
    const value = text.slice(name.length + 1).replace(/^["']/, '');
    if (/^(?:[a-z][a-z0-9+.-]*:\/\/[^/]|oem:|data:|file:)/.test(value) || /^[$<{]|^skip$|^\/dev\/null$/.test(value))
      return [];
    const found = value === '' ? 'is empty' : `is ${JSON.stringify(value.slice(0, 60))}`;
    return { index, message: `${name} ${found}, wanted a whole URL, as http://host:8080/ignition` };
  });
}

/** Asked by machines of groups that select as they were meant to. */
const clearAsks = onceFor((project: Project): readonly Ask[] => {
  const doubtful = doubtfulGroups(project);
  return asksOf(project).filter(({ group }) => !doubtful.has(group.file));
});

/** What a config is chosen by has to reach the server. */
export function urlLabelsRule(project: Project): Remark[] {
  const lost = new Map<string, { readonly ask: Ask; readonly labels: Set<string> }>();
  for (const ask of clearAsks(project)) {
    const wanted = entryOf(ask.wanted);
    if (wanted === undefined || wanted === entryOf(ask.selection)) continue;
    const key = `${ask.profile.file} ${ask.url.place.join()} ${ask.url.name}`;
    const known = lost.get(key) ?? { ask, labels: new Set() };
    lost.set(key, known);
    for (const [label, value] of wanted.value!.selector) if (ask.sent.get(label) !== value) known.labels.add(label);
  }
  return Array.from(lost.values(), ({ ask: { profile, url }, labels }) => {
    const message = `the URL drops ${[...labels].join(' and ')}, by which the server tells machines apart`;
    return remarkAt(profile, url.place, message);
  });
}

/** So many values of a label are compared with one that none has. */
const maxCompared = 100;

/** A label or a value that no group selects by, next to one that some do: `os=instaled`. */
export const urlValueRule: (project: Project) => readonly Remark[] = onceFor(findMisspeltValues);

function findMisspeltValues(project: Project): Remark[] {
  const values = selectedValues(project);
  const told = new Map<string, Remark>();
  for (const { profile, url, sent, selection } of clearAsks(project)) {
    for (const [label, value] of sent) {
      const known = values.get(label);
      if (known === undefined || known.has(value) || url.query?.includes(`${label}=${value}`) !== true) continue;
      const key = `${profile.file} ${url.place.join()} ${label}=${value}`;
      if (told.has(key) || entryOf(selection)?.value?.selector.has(label)) continue;
      const near = [...known].slice(0, maxCompared).find((each) => isSlip(value.toLowerCase(), each.toLowerCase()));
      if (near === undefined) continue;
      const message = `the URL sends ${label}=${value}, and no group selects by that; did you mean ${JSON.stringify(near)}?`;
      told.set(key, remarkAt(profile, url.place, message));
    }
  }
  return [...told.values()];
}

function selectedValues(project: Project): Map<string, Set<string>> {
  const values = new Map<string, Set<string>>();
  const doubtful = doubtfulGroups(project);
  for (const { file, value } of project.candidates) {
    if (doubtful.has(file)) continue;
    for (const [label, wanted] of value.selector) values.set(label, (values.get(label) ?? new Set()).add(wanted));
  }
  return values;
}

/** Asked as it is written, is there anything for the machine? */
export function urlAnswerRule(project: Project): Remark[] {
  const told = new Map<string, Remark>();
  const misspelt = new Set(urlValueRule(project).map(({ file, line, column }) => `${file}:${line}:${column}`));
  const isClear = doubtfulGroups(project).size === 0;
  for (const ask of clearAsks(project)) {
    const { profile, url, endpoint } = ask;
    // Who was meant to answer may be one of the groups that are in doubt.
    if (!isClear && pairsOf(url.query ?? '').some(({ isLiteral }) => isLiteral)) continue;
    const key = `${profile.file} ${url.place.join()} ${endpoint}`;
    const why = told.has(key) ? undefined : whyUnanswered(project, ask);
    if (why === undefined) continue;
    const remark = remarkAt(profile, url.place, `/${endpoint} has no answer: ${why}`);
    if (!misspelt.has(`${remark.file}:${remark.line}:${remark.column}`)) told.set(key, remark);
  }
  return [...told.values()];
}

function whyUnanswered(project: Project, { profile, endpoint, query, selection, wanted }: Ask): string | undefined {
  // What is chosen by mistake is another rule's.
  if (entryOf(selection) !== entryOf(wanted)) return undefined;
  if (selection.outcome === 'none') return `no group is chosen by ${query === '' ? 'a query without labels' : query}`;
  const template = neededTemplate(endpoint);
  const chosen = selection.outcome === 'group' ? project.profile(selection.entry.value!.profile) : undefined;
  if (template === undefined || chosen === undefined || chosen.doubts.has(template.field)) return undefined;
  if (template.idOf(chosen.value) !== '') return undefined;
  const who = chosen === profile ? 'this profile' : `profile ${JSON.stringify(chosen.id)}, which answers,`;
  return `${who} has no ${template.field}`;
}

/** cloud-init puts the names of its files behind it, and older ones put no slash between. */
/** A variable that a script has set may end with a slash; none of iPXE's own does. */
function endsUnknown(url: string): boolean {
  const name = /\$\{([^{}:]*)(?::\w+)?\}$/.exec(url)?.[1];
  return name !== undefined && !isSetting(name);
}

export function seedUrlRule(project: Project): Remark[] {
  return bootable(project).flatMap(({ profile, boot, at }) =>
    meantArguments(boot.args).flatMap(({ text, index }) => {
      const url = /^ds=nocloud(?:-net)?\\?;.*?(?:s|seedfrom)=([^;\s"']*)/i.exec(text)?.[1];
      if (url === undefined || /[/=]$|%s/.test(url) || endsUnknown(url)) return [];
      const message = `cloud-init asks for ${JSON.stringify(`${url}user-data`)}; the URL after s= has to end with a slash`;
      return remarkAt(profile, [...at, 'args', index], message);
    }),
  );
}
