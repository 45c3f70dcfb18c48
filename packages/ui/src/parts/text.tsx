/** Texts that somebody else wrote: in their own direction, with nothing hidden in them. */
import { visible, visibleLines } from '../text/visible.ts';

export function Text({ children }: { readonly children: string | undefined }) {
  return <bdi>{visible(children ?? '')}</bdi>;
}

/** A whole text, to be read and copied; long ones scroll. */
export function Block({ children, label }: { readonly children: string; readonly label: string }) {
  return (
    <pre class="block" tabIndex={0} role="region" aria-label={visible(label)}>
      {visibleLines(children)}
    </pre>
  );
}
