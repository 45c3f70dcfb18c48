/** Two people changed one file: what each did, and the ways to go on; nothing is written before one is chosen. */
import { merge } from '../edit/merge.ts';
import { Diff } from '../parts/diff.tsx';
import type { Stored } from './editing.ts';

interface ConflictProps {
  readonly base: Stored;
  readonly mine: string;
  readonly theirs: Stored;
  readonly onMerged: (text: string) => void;
}

export function Conflict({ base, mine, theirs, onMerged }: ConflictProps) {
  const merged = merge(base.text, mine, theirs.text);
  return (
    <section class="warning" aria-labelledby="conflict" role="alert">
      <h2 id="conflict">Somebody else has {theirs.revision === '' ? 'deleted' : 'changed'} it meanwhile</h2>
      <p>
        Nothing was written, and nothing of yours is lost.{' '}
        {theirs.revision === '' ? 'What they deleted:' : 'What they changed:'}
      </p>
      <Diff before={base.text} after={theirs.text} label="What they changed" />
      <p>What you changed:</p>
      <Diff before={base.text} after={mine} label="What you changed" />
      <div class="actions">
        <button type="button" class="primary" onClick={() => onMerged(merged.text)}>
          {merged.conflicts === 0
            ? 'Take both together'
            : `Take both together, and choose at ${merged.conflicts} ${merged.conflicts === 1 ? 'place' : 'places'}`}
        </button>
        <button type="button" onClick={() => onMerged(mine)}>
          Go on with yours over theirs
        </button>
        <button type="button" onClick={() => onMerged(theirs.text)}>
          Take theirs, drop yours
        </button>
      </div>
    </section>
  );
}
