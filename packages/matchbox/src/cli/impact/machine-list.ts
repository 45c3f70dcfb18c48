/** Machines that somebody lists: a query a line, or lines of an access log as they are. */

import { decodeBytes } from '@matchbox/gotext';
import { configEndpoints } from '../../answer/endpoint.ts';
import { parseLabels } from '../../answer/labels.ts';
import { pastedQuery } from '../../foresight/pasted-query.ts';
import { ImpactError } from './error.ts';

export interface MachineList {
  readonly queries: readonly string[];
  /** What is odd and no fault, with its place. */
  readonly notes: readonly string[];
}

/** So many bad lines are named. */
const maxFaults = 10;

const paths: readonly string[] = configEndpoints.map((endpoint) => `/${endpoint}`);

/**
 * Blank lines and those that begin with `#` count for nothing, nor do requests for anything but a configuration.
 * @param file for messages
 * @throws ImpactError `bad_machines` that names each line which is none of these
 */
export function readMachineList(bytes: Uint8Array, file: string): MachineList {
  const queries: string[] = [];
  const notes: string[] = [];
  const faults: string[] = [];
  for (const [index, line] of decodeBytes(bytes).split(/\r?\n/).entries()) {
    const text = line.trim();
    if (text === '' || text.startsWith('#')) continue;
    const query = queryOfLine(text);
    if (query === undefined) continue;
    if ('fault' in query) faults.push(`${file}:${index + 1}: ${query.fault}`);
    else {
      queries.push(query.query);
      for (const { message } of parseLabels(query.query).badMacs)
        notes.push(`${file}:${index + 1}: ${message}; the machine counts without it, as for the server`);
    }
  }
  if (faults.length === 0) return { queries, notes };
  const more = faults.length > maxFaults ? `\n… and ${faults.length - maxFaults} more lines` : '';
  throw new ImpactError('bad_machines', `${faults.slice(0, maxFaults).join('\n')}${more}`);
}

/** @returns undefined for a line of a log that is about no configuration */
function queryOfLine(line: string): { query: string } | { fault: string } | undefined {
  const target = /(?:^|[\s"'])(?:GET|HEAD|POST) ([^\s"']+)/.exec(line)?.[1] ?? (isAddress(line) ? line : undefined);
  if (target !== undefined) {
    const path = target.replace(/^[a-z][a-z0-9+.-]*:\/\/[^/?]*/i, '').replace(/\?.*$/s, '');
    // Signatures are asked for beside what they sign.
    if (!paths.includes(path.replace(/\.(sig|asc)$/, ''))) {
      const asked = JSON.stringify(path || '/');
      return target === line ? { fault: `${asked} is no endpoint; wanted one of ${paths.join(', ')}` } : undefined;
    }
    return target.endsWith('…') ? { fault: 'the log has cut this query short' } : { query: pastedQuery(line) };
  }
  if (/^(time="|\{)|HTTP\/\d/.test(line)) return undefined;
  const query = pastedQuery(line);
  if (/^[^\s=&]+(=[^\s&]*)?(&[^\s=&]+(=[^\s&]*)?)*$/.test(query) && query.includes('=')) return { query };
  return {
    fault: `found ${JSON.stringify(line.slice(0, 80))}; wanted a query such as mac=52:54:00:a1:9c:ae&os=installed, or a line of the access log`,
  };
}

function isAddress(line: string): boolean {
  return /^(\/|[a-z][a-z0-9+.-]*:\/\/)\S*$/i.test(line);
}
