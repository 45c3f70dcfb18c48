/** The command palette: every view, machine and file by a few letters. */
import { signal, useSignal } from '@preact/signals';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { files as fileService, machines } from '../api/clients.ts';
import { who } from '../api/session.ts';
import { useAsked } from '../live/ask.ts';
import { configPath, go, machinePath, machinesPath } from '../route.ts';
import { visible } from '../text/visible.ts';
import { kinds } from './kinds.ts';
import { toSearch } from './search-focus.ts';
import { sections } from './sections.ts';

const isOpen = signal(false);

export function openPalette(): void {
  isOpen.value = true;
}

/** Single keys are off where somebody types, and everywhere for those who switched them off. */
export const singleKeys = signal(localStorage.getItem('single-keys') !== 'off');

export function watchKeys(): void {
  addEventListener('keydown', (event) => {
    if (!who.peek()) return;
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'k') {
      event.preventDefault();
      isOpen.value = !isOpen.peek();
      return;
    }
    const target = event.composedPath()[0];
    const isTyping =
      target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));
    if (!singleKeys.peek() || isTyping || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === '/') {
      event.preventDefault();
      toSearch();
    }
    if (event.key === '?') go('/help');
  });
}

const filesOfKind = 3;

/** Files whose names have the word in them, a few of each kind. */
async function filesNamed(word: string, signal: AbortSignal): Promise<Entry[]> {
  if (word.length < 2) return [];
  const found = await Promise.all(
    kinds.map(async ({ kind }) => {
      const { files } = await fileService.fileList({ kind, contains: word }, { signal });
      return files.slice(0, filesOfKind).map(({ name }) => ({
        title: `${kind}/${visible(name)}`,
        href: configPath(kind, name),
      }));
    }),
  );
  return found.flat();
}

interface Entry {
  readonly title: string;
  readonly href: string;
}

export function Palette() {
  return isOpen.value ? <OpenPalette /> : null;
}

function OpenPalette() {
  const element = useRef<HTMLDialogElement>(null);
  const text = useSignal('');
  const chosen = useSignal(0);
  // Before the next key is pressed.
  useLayoutEffect(() => {
    element.current?.showModal();
  }, []);
  const word = text.value.trim();
  const entries = useEntries(word);
  const close = () => element.current?.close();
  const open = (entry: Entry | undefined) => {
    if (entry === undefined) return;
    close();
    go(entry.href);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'ArrowDown') chosen.value = Math.min(entries.length - 1, chosen.value + 1);
    else if (event.key === 'ArrowUp') chosen.value = Math.max(0, chosen.value - 1);
    else if (event.key === 'Enter') open(entries[Math.min(chosen.value, entries.length - 1)]);
    else return;
    event.preventDefault();
  };
  return (
    <dialog
      ref={element}
      class="palette"
      aria-label="Go to"
      onClose={() => {
        isOpen.value = false;
      }}
    >
      <input
        type="text"
        role="combobox"
        aria-label="A view, a machine or a file"
        aria-expanded="true"
        aria-controls="palette-list"
        aria-activedescendant={entries.length > 0 ? `palette-${Math.min(chosen.value, entries.length - 1)}` : undefined}
        autoFocus
        autocomplete="off"
        value={text.value}
        onInput={(event) => {
          text.value = event.currentTarget.value;
          chosen.value = 0;
        }}
        onKeyDown={onKeyDown}
      />
      <div id="palette-list" role="listbox" aria-label="Found">
        {entries.map((entry, index) => (
          <div
            key={entry.href}
            id={`palette-${index}`}
            role="option"
            tabIndex={-1}
            aria-selected={index === chosen.value}
            onClick={() => open(entry)}
            onKeyDown={onKeyDown}
          >
            {entry.title}
          </div>
        ))}
      </div>
    </dialog>
  );
}

/** Views, machines and files that have the word in them. */
function useEntries(word: string): readonly Entry[] {
  const found = useAsked(
    async (signal) =>
      word === '' ? [] : (await machines.machineList({ query: word, pageSize: 6, brief: true }, { signal })).machines,
    [word],
    120,
  );
  const files = useAsked((signal) => filesNamed(word, signal), [word], 250);
  return [
    ...sections
      .filter(({ title }) => title.toLowerCase().includes(word.toLowerCase()))
      .map(({ title, path }) => ({ title, href: path })),
    ...(word === '' ? [] : [{ title: `Machines that “${visible(word)}” finds`, href: machinesPath(word) }]),
    ...(found.value ?? []).map(({ id, name, group, inbox, state }) => ({
      title: [name, ...(inbox || group === '' || group === name ? [] : [group]), state].map(visible).join(' · '),
      href: machinePath(id),
    })),
    ...(files.value ?? []),
  ];
}
