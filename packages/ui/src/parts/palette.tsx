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
      return exactFirst(files, word, ({ name }) => [name])
        .slice(0, filesOfKind)
        .map(({ name }) => ({
          title: `${kind}/${visible(name)}`,
          href: configPath(kind, name),
          names: [name],
        }));
    }),
  );
  return found.flat();
}

const shownMachines = 6;

/** Those that the word is in, and whose name or group it is, whatever else it is in. */
async function machinesNamed(word: string, signal: AbortSignal) {
  const isWord = /^[^\s:*-][^\s:*]*$/.test(word);
  const queries = isWord ? [`name:${word}`, `group:${word}`, word] : [word];
  const found = await Promise.all(
    queries.map((query) => machines.machineList({ query, pageSize: shownMachines, brief: true }, { signal })),
  );
  return [...new Map(found.flatMap((each) => each.machines).map((machine) => [machine.id, machine])).values()];
}

/** What is called exactly so comes before what the word is in. */
function exactFirst<T>(all: readonly T[], word: string, namesOf: (each: T) => readonly string[]): T[] {
  const isExact = (each: T) => namesOf(each).some((name) => name.toLowerCase() === word.toLowerCase());
  return [...all.filter(isExact), ...all.filter((each) => !isExact(each))];
}

interface Entry {
  readonly title: string;
  readonly href: string;
  /** What it is called; a word that is one of them puts it first. */
  readonly names?: readonly string[];
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
      word === '' ? [] : exactFirst(await machinesNamed(word, signal), word, ({ name, group }) => [name, group]),
    [word],
    120,
  );
  const files = useAsked((signal) => filesNamed(word, signal), [word], 250);
  const entries: readonly Entry[] = [
    ...sections
      .filter(({ title }) => title.toLowerCase().includes(word.toLowerCase()))
      .map(({ title, path }) => ({ title, href: path, names: [title] })),
    ...(word === '' ? [] : [{ title: `Machines that “${visible(word)}” finds`, href: machinesPath(word) }]),
    ...(found.value ?? []).slice(0, shownMachines).map(({ id, name, group, inbox, state }) => ({
      title: [name, ...(inbox || group === '' || group === name ? [] : [group]), state].map(visible).join(' · '),
      href: machinePath(id),
      names: [name, ...(inbox ? [] : [group])],
    })),
    ...(files.value ?? []),
  ];
  return exactFirst(entries, word, ({ names = [] }) => names);
}
