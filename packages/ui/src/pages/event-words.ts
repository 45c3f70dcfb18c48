/** Events in words. */
import type { MachineEvent } from 'matchbox/api';
import { size } from '../text/bytes.ts';
import { duration } from '../text/time.ts';

export function wordsOf(event: MachineEvent): string {
  const { kind, what, status, reason, text, actor, state } = event;
  const said = text === '' ? '' : `: ${text}`;
  switch (kind) {
    case 'script':
    case 'config':
      return `asked for ${what}: ${status}${status === 200 ? '' : ` (${reason})`}${text === '' ? '' : `, ${text}`}`;
    case 'kernel':
    case 'initrd':
    case 'asset':
    case 'loader':
      return `${kind} ${what}: ${sizes(event)}`;
    case 'action':
      return `${actor || 'somebody'} ordered ${what}${said}`;
    case 'state':
      return `is ${state}${text === '' ? '' : ` (${text})`}`;
    case 'report':
      return `reported ${state || what}${event.stale ? ' (too late to count)' : ''}${said}`;
    default:
      return `${what}${said}`;
  }
}

function sizes({ bytes, wantedBytes, milliseconds, status }: MachineEvent): string {
  const sent = size(Number(bytes));
  const cut = wantedBytes > bytes ? ` of ${size(Number(wantedBytes))}: cut off` : '';
  const took =
    milliseconds > 0 ? ` in ${milliseconds < 1000 ? `${Math.round(milliseconds)} ms` : duration(milliseconds)}` : '';
  return `${status >= 400 ? `${status}, ` : ''}${sent}${cut}${took}`;
}
