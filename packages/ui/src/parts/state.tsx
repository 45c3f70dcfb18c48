/** States as icon, word and colour: no one of them alone. */
import { visible } from '../text/visible.ts';

export const stateOrder = [
  'stalled',
  'failed',
  'installing',
  'booting',
  'seen',
  'unknown',
  'installed',
  'running',
] as const;

const icons: ReadonlyMap<string, string> = new Map(
  Object.entries({
    unknown: '?',
    seen: '◌',
    booting: '▲',
    installing: '⟳',
    installed: '◼',
    running: '●',
    failed: '✖',
    stalled: '‖',
  }),
);

export function State({ state }: { readonly state: string }) {
  return (
    <span class={`state state-${icons.has(state) ? state : 'unknown'}`}>
      <span aria-hidden="true">{icons.get(state) ?? '?'}</span> {visible(state)}
    </span>
  );
}
