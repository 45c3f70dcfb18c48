/** Which requests' bodies are read for their content; of all others they are ignored. */
import { limits } from '../limits/limits.ts';
import { takesReport } from './machine-report.ts';

/** Asked before anything else is looked at. @returns how many bytes are read at most; undefined where a body is ignored */
export function wantedBodyBytes(method: string, target: string): number | undefined {
  if (takesReport(target)) return limits.reportBytes;
  return takesDescription(method, target) ? limits.descriptionBytes : undefined;
}

/** Proxmox's installer posts to the URL of its answer. */
export function takesDescription(method: string, target: string): boolean {
  return method === 'POST' && /^\/generic(?:\?|$)/.test(target);
}
