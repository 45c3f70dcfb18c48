/** Copies a text, and says that it did. */
import { useSignal } from '@preact/signals';

export function Copy({ text, children }: { readonly text: () => string; readonly children: string }) {
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
      <button type="button" class="small" onClick={() => void copy()}>
        {children}
      </button>{' '}
      <span role="status">{said.value}</span>
    </span>
  );
}
