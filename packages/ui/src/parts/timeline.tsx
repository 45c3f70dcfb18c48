/** A boot as a picture: its steps in time, and the same as a table. */
import type { MachineBoot } from 'matchbox/api';
import { duration } from '../text/time.ts';
import { Table } from './table.tsx';
import { Moment } from './time.tsx';

/** So wide that letters keep their size on a phone. */
const narrow = matchMedia('(max-width: 700px)');
const rowHeight = 30;
const labelWidth = 90;

export function Timeline({
  boot,
  nowMs,
  isOver,
}: {
  readonly boot: MachineBoot;
  readonly nowMs: number;
  readonly isOver: boolean;
}) {
  const width = narrow.matches ? 340 : 720;
  const startMs = Math.min(Number(boot.startedMs), ...boot.steps.map(({ atMs }) => Number(atMs)));
  const lastMs = Math.max(startMs, ...boot.steps.map(({ atMs }) => Number(atMs)));
  const endMs = Math.max(isOver ? lastMs : nowMs, startMs + 1000);
  const place = (ms: number) => labelWidth + ((ms - startMs) / (endMs - startMs)) * (width - labelWidth - 90);
  const rows = boot.steps.map(({ step, atMs }, index) => {
    const fromMs = index === 0 ? startMs : Number(boot.steps[index - 1]!.atMs);
    return { step, fromMs, toMs: Number(atMs) };
  });
  return (
    <figure class="timeline">
      <svg
        viewBox={`0 0 ${width} ${(rows.length + (isOver ? 0 : 1)) * rowHeight + 8}`}
        aria-hidden="true"
        focusable="false"
      >
        {rows.map(({ step, fromMs, toMs }, index) => (
          <g key={step} transform={`translate(0 ${index * rowHeight})`}>
            <Bar title={step} from={place(fromMs)} to={place(toMs)} text={duration(toMs - fromMs)} />
          </g>
        ))}
        {!isOver && (
          <g transform={`translate(0 ${rows.length * rowHeight})`}>
            <Bar title="waiting" from={place(lastMs)} to={place(endMs)} text={duration(endMs - lastMs)} isOpen />
          </g>
        )}
      </svg>
      <Table caption="Steps of this boot" titles={['Step', 'Last seen', 'After the step before']}>
        {rows.map(({ step, fromMs, toMs }) => (
          <tr key={step}>
            <td>{step}</td>
            <td>
              <Moment ms={toMs} />
            </td>
            <td>{duration(toMs - fromMs)}</td>
          </tr>
        ))}
        {!isOver && (
          <tr>
            <td>waiting</td>
            <td>now</td>
            <td>{duration(endMs - lastMs)}</td>
          </tr>
        )}
      </Table>
    </figure>
  );
}

interface BarProps {
  readonly title: string;
  readonly from: number;
  readonly to: number;
  readonly text: string;
  /** It has not ended. */
  readonly isOpen?: boolean;
}

function Bar({ title, from, to, text, isOpen = false }: BarProps) {
  return (
    <>
      <text x={labelWidth - 8} y={20} text-anchor="end">
        {title}
      </text>
      <rect class={isOpen ? 'bar bar-open' : 'bar'} x={from} y={6} width={Math.max(3, to - from)} height={18} rx={3} />
      <text x={to + 6} y={20}>
        {text}
      </text>
    </>
  );
}
