/** What is said where there is nothing to show: that it is asked for, that it failed, what to do first. */
import type { MachineRight } from 'matchbox/api';
import type { ComponentChildren } from 'preact';
import type { Asked } from '../live/ask.ts';

export function Waiting<T>({ asked, what }: { readonly asked: Asked<T>; readonly what: string }) {
  if (asked.fault !== '') {
    return (
      <p class="fault" role="alert">
        {what}: {asked.fault}{' '}
        <button type="button" class="small" onClick={asked.again}>
          Try again
        </button>
      </p>
    );
  }
  return asked.value === undefined ? <p class="waiting">Asking the server for {what} …</p> : null;
}

export function Empty({ title, children }: { readonly title: string; readonly children: ComponentChildren }) {
  return (
    <div class="empty">
      <h2>{title}</h2>
      {children}
    </div>
  );
}

export const whyStale = 'What is shown may be old; this waits until the server is heard again';

/** Why an order is not for this user, as the server says it; '' where it may be given. */
export function refusalOf(rights: readonly MachineRight[], action: string): string {
  return rights.find((each) => each.action === action)?.refusal ?? 'the server does not offer it';
}

/** A control that this user may not use: it is there, with the reason. */
export function whyNot(role: string | undefined, name: string | undefined, isLive: boolean): string | undefined {
  if (role !== 'operator') return `${name ?? 'You'} may only look; an operator can do this`;
  if (!isLive) return whyStale;
  return undefined;
}
