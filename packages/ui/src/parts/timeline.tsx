/** A boot as a picture: its steps in time, and the same as a table. */
import type { MachineBoot } from 'matchbox/api';
import { duration } from '../text/time.ts';
import { Moment } from './time.tsx';

const width = 720;
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
            <text x={labelWidth - 8} y={20} text-anchor="end">
              {step}
            </text>
            <rect
              class="bar"
              x={place(fromMs)}
              y={6}
              width={Math.max(3, place(toMs) - place(fromMs))}
              height={18}
              rx={3}
            />
            <text x={place(toMs) + 6} y={20}>
              {duration(toMs - fromMs)}
            </text>
          </g>
        ))}
        {!isOver && (
          <g transform={`translate(0 ${rows.length * rowHeight})`}>
            <text x={labelWidth - 8} y={20} text-anchor="end">
              waiting
            </text>
            <rect
              class="bar bar-open"
              x={place(lastMs)}
              y={6}
              width={Math.max(3, place(endMs) - place(lastMs))}
              height={18}
              rx={3}
            />
            <text x={place(endMs) + 6} y={20}>
              {duration(endMs - lastMs)}
            </text>
          </g>
        )}
      </svg>
      <div class="scroll">
        <table>
          <caption>Steps of this boot</caption>
          <thead>
            <tr>
              <th scope="col">Step</th>
              <th scope="col">Last seen</th>
              <th scope="col">After the step before</th>
            </tr>
          </thead>
          <tbody>
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
          </tbody>
        </table>
      </div>
    </figure>
  );
}
