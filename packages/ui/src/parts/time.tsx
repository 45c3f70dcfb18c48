/** A moment: how long ago, with both clocks where somebody points at it; or by the local clock and by UTC. */
import { now } from '../live/clock.ts';
import { ago, bothClocks, utc } from '../text/time.ts';

export function Ago({ ms }: { readonly ms: bigint | number }) {
  const value = Number(ms);
  if (value === 0) return <span>never</span>;
  return (
    <time dateTime={utc(value)} title={bothClocks(value)}>
      {ago(value, Math.max(now.value, value))}
    </time>
  );
}

export function Moment({ ms }: { readonly ms: bigint | number }) {
  const value = Number(ms);
  return (
    <time dateTime={utc(value)} class="moment">
      {bothClocks(value)}
    </time>
  );
}
