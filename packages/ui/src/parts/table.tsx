/** A table that scrolls sideways where it is too wide for its place. */
import type { ComponentChildren } from 'preact';

export interface TableProps {
  readonly titles: readonly string[];
  /** What it is called, where no heading says so. */
  readonly label?: string;
  readonly caption?: string;
  /** Its rows. */
  readonly children: ComponentChildren;
}

export function Table({ titles, label, caption, children }: TableProps) {
  return (
    <div class="scroll">
      <table aria-label={label}>
        {caption !== undefined && <caption>{caption}</caption>}
        <thead>
          <tr>
            {titles.map((title) => (
              <th key={title} scope="col">
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </div>
  );
}
