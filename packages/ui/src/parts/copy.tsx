/** Copies a text, and says that it did. */
import { useSignal } from '@preact/signals';

interface CopyProps {
  readonly text: () => string;
  /** What it does, in words. */
  readonly children: string;
  /** A mark stands for the words, which are its name. */
  readonly isMark?: boolean;
}

export function Copy({ text, children, isMark = false }: CopyProps) {
  const said = useSignal('');
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text());
      said.value = 'Copied';
    } catch {
      said.value = 'The browser does not let this page copy';
    }
    setTimeout(() => {
      said.value = '';
    }, 2000);
  };
  return (
    <span class="copy">
      <button
        type="button"
        class="small quiet"
        onClick={() => void copy()}
        {...(isMark && { 'aria-label': children, title: children })}
      >
        {isMark ? '>_' : children}
      </button>{' '}
      <span role="status">{said.value}</span>
    </span>
  );
}
