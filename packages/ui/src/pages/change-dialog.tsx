/** Nothing is written before its impact was seen. */
import { useSignal } from '@preact/signals';
import type { ImpactResponse } from 'matchbox/api';
import { useEffect } from 'preact/hooks';
import { faultOf, foresight } from '../api/clients.ts';
import { useAsked } from '../live/ask.ts';
import { Dialog } from '../parts/dialog.tsx';
import { Check } from '../parts/field.tsx';
import { visible } from '../text/visible.ts';
import type { DraftFile } from './config-draft.ts';
import { ImpactView, isAlarming } from './impact-view.tsx';

interface ChangeDialogProps {
  readonly draft: DraftFile;
  readonly run: () => Promise<void>;
  readonly onClose: () => void;
}

export function ChangeDialog({ draft, run, onClose }: ChangeDialogProps) {
  const asked = useAsked(
    (signal): Promise<ImpactResponse> => foresight.impact({ draft: [draft] }, { signal }),
    [draft],
  );
  const isAgreed = useSignal(false);
  const alarming = asked.value !== undefined && isAlarming(asked.value);
  const verb = draft.deleted ? 'Delete' : 'Save';
  useEffect(() => {
    isAgreed.value = false;
  }, [draft]);
  return (
    <Dialog
      title={`${verb} ${draft.kind}/${visible(draft.name)}`}
      action={verb}
      isDangerous={draft.deleted || alarming}
      blocked={
        asked.value === undefined && asked.fault === ''
          ? 'Working out what it changes …'
          : alarming && !isAgreed.value
            ? 'Machines would break, wait or lose an answer.'
            : undefined
      }
      run={run}
      onClose={onClose}
    >
      {asked.fault !== '' && (
        <p class="warning">What it changes could not be worked out: {faultOf(new Error(asked.fault))}</p>
      )}
      {asked.value && <ImpactView impact={asked.value} />}
      {alarming && <Check ticked={isAgreed}>I have seen that, and mean it</Check>}
    </Dialog>
  );
}
