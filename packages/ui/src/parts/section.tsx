/** A part of a page, under a title that names it for those who go from part to part. */
import type { ComponentChildren } from 'preact';

interface SectionProps {
  /** Of its title, once on a page. */
  readonly id: string;
  readonly title: string;
  /** What stands beside the title. */
  readonly beside?: ComponentChildren;
  readonly children: ComponentChildren;
}

export function Section({ id, title, beside, children }: SectionProps) {
  const heading = <h2 id={id}>{title}</h2>;
  return (
    <section aria-labelledby={id}>
      {beside === undefined ? (
        heading
      ) : (
        <div class="title-row">
          {heading}
          {beside}
        </div>
      )}
      {children}
    </section>
  );
}
