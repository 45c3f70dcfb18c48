/** Two texts, and what differs between them; long stretches that are the same are folded. */
import { type DiffLine, lineDiff } from '../text/line-diff.ts';
import { visible, visibleLines } from '../text/visible.ts';

const around = 3;
const signs = { same: ' ', gone: '−', new: '+' } as const;

export function Diff({
  before,
  after,
  label,
}: {
  readonly before: string;
  readonly after: string;
  readonly label: string;
}) {
  if (before === after) return <p>Both are the same, byte by byte.</p>;
  const lines = folded(lineDiff(before, after));
  return (
    <pre class="block diff" tabIndex={0} role="region" aria-label={visible(label)}>
      {lines.map((line, index) =>
        typeof line === 'number' ? (
          <span key={index} class="fold">{`… ${line} lines that are the same\n`}</span>
        ) : (
          <span key={index} class={`diff-${line.kind}`}>{`${signs[line.kind]} ${visibleLines(line.text)}\n`}</span>
        ),
      )}
    </pre>
  );
}

function folded(lines: readonly DiffLine[]): (DiffLine | number)[] {
  const isNear = lines.map(() => false);
  for (const [index, { kind }] of lines.entries()) {
    if (kind === 'same') continue;
    for (let at = Math.max(0, index - around); at <= Math.min(lines.length - 1, index + around); at++)
      isNear[at] = true;
  }
  const shown: (DiffLine | number)[] = [];
  for (const [index, line] of lines.entries()) {
    const last = shown.at(-1);
    if (isNear[index]) shown.push(line);
    else if (typeof last === 'number') shown[shown.length - 1] = last + 1;
    else shown.push(1);
  }
  return shown;
}

/** A diff that the server made. */
export function UnifiedDiff({ text, label }: { readonly text: string; readonly label: string }) {
  return (
    <pre class="block diff" tabIndex={0} role="region" aria-label={visible(label)}>
      {text.split('\n').map((line, index) => (
        <span key={index} class={classOf(line)}>{`${visibleLines(line)}\n`}</span>
      ))}
    </pre>
  );
}

function classOf(line: string): string {
  return line.startsWith('+')
    ? 'diff-new'
    : line.startsWith('-')
      ? 'diff-gone'
      : line.startsWith('@@')
        ? 'fold'
        : 'diff-same';
}
