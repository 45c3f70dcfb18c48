/** The title of a page, and the command that tells the same. */
import type { ComponentChildren } from 'preact';
import { Copy } from './copy.tsx';

export interface TitleProps {
  readonly command: () => string;
  readonly children: ComponentChildren;
}

export function Title({ command, children }: TitleProps) {
  return (
    <div class="title-row">
      <h1>{children}</h1>
      <Copy isMark text={command}>
        Copy as command
      </Copy>
    </div>
  );
}
