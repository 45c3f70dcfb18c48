/** A question before something happens: what it does is said, and the safe answer is the one that is ready. */
import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { faultOf } from '../api/clients.ts';

export interface DialogProps {
  readonly title: string;
  readonly children: ComponentChildren;
  /** What the other button says: a verb. */
  readonly action: string;
  readonly isDangerous?: boolean;
  /** Why the action cannot be taken (yet). */
  readonly blocked?: string | undefined;
  readonly run: () => Promise<void>;
  readonly onClose: () => void;
}

export function Dialog({ title, children, action, isDangerous = false, blocked, run, onClose }: DialogProps) {
  const element = useRef<HTMLDialogElement>(null);
  const fault = useSignal('');
  const isRunning = useSignal(false);
  useLayoutEffect(() => {
    element.current?.showModal();
  }, []);
  const act = async () => {
    isRunning.value = true;
    try {
      await run();
      onClose();
    } catch (error) {
      fault.value = faultOf(error);
    } finally {
      isRunning.value = false;
    }
  };
  return (
    <dialog ref={element} onClose={onClose} aria-labelledby="dialog-title">
      <h2 id="dialog-title">{title}</h2>
      <div class="dialog-body">{children}</div>
      {fault.value !== '' && (
        <p class="fault" role="alert">
          {fault.value}
        </p>
      )}
      {blocked !== undefined && <p class="hint">{blocked}</p>}
      <div class="buttons">
        <button type="button" autoFocus onClick={() => element.current?.close()}>
          Cancel
        </button>
        <button
          type="button"
          class={isDangerous ? 'danger' : 'primary'}
          disabled={blocked !== undefined || isRunning.value}
          onClick={() => void act()}
        >
          {isRunning.value ? `${action} …` : action}
        </button>
      </div>
    </dialog>
  );
}
