/** Fields of forms, each bound to a signal: a line that is typed, a box that is ticked, a choice. */
import type { Signal } from '@preact/signals';
import type { ComponentChildren, InputHTMLAttributes } from 'preact';
import { visible } from '../text/visible.ts';

export interface FieldProps {
  readonly type?: 'text' | 'search' | 'password';
  readonly name?: string;
  readonly autocomplete?: 'off' | 'username' | 'current-password';
  readonly inputMode?: 'numeric';
  readonly maxLength?: number;
  readonly required?: boolean;
  readonly spellcheck?: boolean;
  readonly typed: Signal<string>;
  /** Of the label around it. */
  readonly class?: string;
  /** What is asked for. */
  readonly children: ComponentChildren;
}

export function Field({ typed, type = 'text', class: className, children, ...input }: FieldProps) {
  // Preact's types take one kind of input at a time.
  const attributes = { ...input, type } as InputHTMLAttributes<HTMLInputElement>;
  return (
    <label class={className}>
      {children}
      <input
        {...attributes}
        value={typed.value}
        onInput={(event) => {
          typed.value = event.currentTarget.value;
        }}
      />
    </label>
  );
}

export interface CheckProps {
  readonly ticked: Signal<boolean>;
  readonly onTicked?: (isTicked: boolean) => void;
  readonly children: ComponentChildren;
}

export function Check({ ticked, onTicked, children }: CheckProps) {
  return (
    <label class="check">
      <input
        type="checkbox"
        checked={ticked.value}
        onChange={(event) => {
          ticked.value = event.currentTarget.checked;
          onTicked?.(ticked.value);
        }}
      />
      {children}
    </label>
  );
}

export interface ChoiceProps {
  readonly title: string;
  readonly chosen: string;
  readonly typed: Signal<string>;
  /** Values and their words. */
  readonly children: readonly (readonly [string, string])[];
}

export function Choice({ title, chosen, typed, children }: ChoiceProps) {
  return (
    <label>
      {title}
      <select
        value={chosen}
        onChange={(event) => {
          typed.value = event.currentTarget.value;
        }}
      >
        {children.map(([value, words]) => (
          <option key={value} value={value}>
            {visible(words)}
          </option>
        ))}
      </select>
    </label>
  );
}
