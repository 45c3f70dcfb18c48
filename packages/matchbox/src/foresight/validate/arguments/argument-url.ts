/** URLs among a profile's arguments, and the query that a machine sends by them. */
import { answerEndpoints, type ConfigEndpoint } from '../../../answer/endpoint.ts';
import { readSeedPath } from '../../../answer/seed.ts';
import type { BootSection } from '../../../data/boot.ts';
import type { Labels } from '../../../data/group-index.ts';
import { isMac, isUuid } from '../../label-form.ts';
import { escapeText } from '../../label-query.ts';
import { bootLabels } from '../../made-up-machine.ts';
import { meantArguments, nameOf } from './kernel-arguments.ts';

export interface ArgumentUrl {
  /** The argument's name as it was meant: `ignition.config.url`. */
  readonly name: string;
  /** Where its argument is in the profile. */
  readonly place: readonly (string | number)[];
  /** With the port, as written. */
  readonly host: string;
  /** With a slash before it; empty where nothing follows the host. */
  readonly path: string;
  /** undefined without a `?`. */
  readonly query: string | undefined;
}

/** @param at where the section is in the profile */
export function argumentUrls({ args }: BootSection, at: readonly string[] = ['boot']): ArgumentUrl[] {
  return meantArguments(args).flatMap(({ text, index }) => {
    const [, host, path, query] = /https?:\/\/([^/\s?#"']*)([^\s?#"']*)(?:\?([^\s#"']*))?/.exec(text) ?? [];
    return host === undefined
      ? []
      : { name: nameOf(text), place: [...at, 'args', index], host, ...askedFirst(path ?? '', query) };
  });
}

/** cloud-init is given the URL of a seed, and puts the names of its files behind it. */
function askedFirst(path: string, query: string | undefined): Pick<ArgumentUrl, 'path' | 'query'> {
  const file = query === undefined ? 'user-data' : '';
  const name = query?.endsWith('=') ? 'user-data' : '';
  const seed = readSeedPath(path + file, (query ?? '') + name);
  return seed === undefined ? { path, query } : { path: seed.path, query: seed.rawQuery };
}

/** The endpoint that a path leads to: `ignition` for `/ignition`. */
export function endpointOf(path: string): ConfigEndpoint | undefined {
  return answerEndpoints.find((endpoint) => path === `/${endpoint}`);
}

/** What a query sends: the labels that are written out, and the boot loader's variables. */
export interface Pair {
  readonly key: string;
  readonly value: string;
  readonly isLiteral: boolean;
}

export function pairsOf(query: string): Pair[] {
  return query
    .split('&')
    .filter((pair) => pair !== '')
    .map((pair) => {
      const [key = '', ...rest] = pair.split('=');
      const value = rest.join('=');
      return { key, value, isLiteral: isLiteral(key, value) };
    });
}

/** A boot label whose value has signs that no value has, or has not its form, was meant to be a variable: `{mac}`, `<uuid>`. */
function isLiteral(key: string, value: string): boolean {
  if (value.includes('$')) return false;
  if (key === 'mac') return isMac(value);
  if (key === 'uuid') return isUuid(value);
  return !(bootLabels.some((label) => label === key) && /[{}<>[\]]|^%\w+%$/.test(value));
}

/** The query of a machine with these labels: with the boot loader's variables replaced. */
export function sentQuery(query: string, labels: Labels): string {
  return querySender(query)(labels);
}

/** The same for the many machines that ask by one URL. */
export function querySender(query: string): (labels: Labels) => string {
  const senders = pairsOf(query).map(({ key, value, isLiteral }) => {
    const sent = isLiteral ? () => value : valueSender(key, value);
    return (labels: Labels) => `${key}=${sent(labels)}`;
  });
  return (labels) => senders.map((send) => send(labels)).join('&');
}

const loaderVariable = /\$+\{([^{}]*)\}|\$(\w+)/g;

/** A variable that is none of the labels has a value that nobody knows, but it is sent. */
function valueSender(key: string, value: string): (labels: Labels) => string {
  // A value that no form of variable fits was meant to be one all the same.
  if (/^\$+\{[^{}]*\}$|^\$\w+$/.test(value) || !/\$+\{|\$\w/.test(value)) {
    const label = labelOfVariable(value);
    return (labels) => escapeText(labels.get(key) ?? labels.get(label) ?? 'value');
  }
  return (labels) =>
    escapeText(value.replace(loaderVariable, (variable) => labels.get(labelOfVariable(variable)) ?? 'value'));
}

/** `mac` for iPXE's `${net0/mac:hexhyp}` and GRUB's `$net_default_mac`. */
function labelOfVariable(variable: string): string {
  const name = variable
    .replace(/^\$+\{?|\}$/g, '')
    .replace(/:.*$/, '')
    .replace(/^.*\//, '')
    .replace(/^net_(?:default|\w+)_/, '');
  return name === 'buildarch' ? 'arch' : name;
}
