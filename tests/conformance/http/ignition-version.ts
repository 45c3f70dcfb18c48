/** What is wrong with the spec version of an Ignition answer, seen from what the client states. */
import { type Answer, firstOf, type HttpRequest, type Objection } from '../recorded.ts';
import { bodyText, isHead, plainTextFault } from './answer-faults.ts';

/** The minor version of spec 3 that the client states first; undefined where it states none. */
export function statedMinor({ headers = {} }: HttpRequest): number | undefined {
  const [, accept = ''] = Object.entries(headers).find(([name]) => name.toLowerCase() === 'accept') ?? [];
  const stated = /application\/vnd\.coreos\.ignition\+json\s*;\s*version\s*=\s*"?3\.(\d+)\.\d+/i.exec(String(accept));
  return stated ? Number(stated[1]) : undefined;
}

export function withoutAccept({ headers = {} }: HttpRequest): NonNullable<HttpRequest['headers']> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => name.toLowerCase() !== 'accept'));
}

export function servedVersionFault(actual: Answer, request: HttpRequest, limit: number): Objection {
  if (isHead(request)) return undefined;
  const version = /"version":"3\.(\d+)\.\d+(?:-experimental)?"/.exec(bodyText(actual))?.[1];
  return (version === undefined || Number(version) > limit) && `version 3.${version}, but the client reads 3.${limit}`;
}

export function refusedVersionFault(actual: Answer, request: HttpRequest): Objection {
  return firstOf(
    actual.status !== 500 && `status ${actual.status}, not 500`,
    plainTextFault(actual, request),
    !isHead(request) &&
      !/is of spec version 3\.\d+\.\d+\S*, but this machine's Ignition reads /.test(bodyText(actual)) &&
      `the body does not name both versions: ${bodyText(actual)}`,
  );
}

export function newerConfigFault(body: string): Objection {
  let version: string;
  try {
    version = JSON.parse(body).ignition.version;
  } catch {
    return 'the body is no Ignition config';
  }
  return !/^3\.([5-9]|\d\d)\.\d+(-experimental)?$/.test(version) && `the version ${version} is not above 3.4`;
}
