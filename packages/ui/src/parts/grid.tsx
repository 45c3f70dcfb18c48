/** A list of any length of which only the rows in sight are there; moved in by keyboard, found by its row numbers. */
import { useSignal } from '@preact/signals';
import type { ComponentChildren, VNode } from 'preact';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';

export interface Column<Row> {
  readonly title: string;
  readonly cell: (row: Row) => ComponentChildren;
  /** A CSS class, which has its width. */
  readonly name: string;
}

export interface GridProps<Row> {
  readonly label: string;
  readonly columns: readonly Column<Row>[];
  readonly total: number;
  /** undefined: on its way. */
  readonly rowAt: (index: number) => Row | undefined;
  readonly keyOf: (row: Row) => string;
  /** Told of the rows in sight. */
  readonly onSight: (first: number, last: number) => void;
  readonly onOpen: (row: Row) => void;
}

const beyond = 6;
/** The head stays in sight, above the rows; see `.grid-head`. */
const headHeight = 37;

/** Cards need more room than rows. */
const narrow = matchMedia('(max-width: 700px)');

export function Grid<Row>({ label, columns, total, rowAt, keyOf, onSight, onOpen }: GridProps<Row>) {
  const { scroller, height, first, last, active, measure, move } = useSight(total, onSight);
  const onKeyDown = (event: KeyboardEvent) => {
    const page = Math.max(1, Math.floor((scroller.current?.clientHeight ?? 0) / height) - 1);
    const steps: Readonly<Record<string, number>> = {
      ArrowDown: active.value + 1,
      ArrowUp: active.value - 1,
      PageDown: active.value + page,
      PageUp: active.value - page,
      Home: 0,
      End: total - 1,
    };
    const to = steps[event.key];
    const row = rowAt(active.value);
    if (to !== undefined) move(to);
    else if (event.key === 'Enter' && row !== undefined) onOpen(row);
    else return;
    event.preventDefault();
  };
  const indices: number[] = [];
  for (let index = first; index <= last; index++) indices.push(index);
  // The active row stays, so that what is focused does not vanish.
  if (active.value < total && !indices.includes(active.value)) indices.push(active.value);
  const rowNodes = useRowNodes(columns, height, (index) => {
    active.value = index;
  });
  return (
    <div
      class="grid"
      role="grid"
      aria-label={label}
      aria-rowcount={total + 1}
      aria-colcount={columns.length}
      ref={scroller}
      tabIndex={0}
      aria-activedescendant={total > 0 ? `row-${active.value}` : undefined}
      onScroll={measure}
      onKeyDown={onKeyDown}
    >
      <div class="grid-head" role="row" aria-rowindex={1}>
        {columns.map(({ title, name }) => (
          <span key={name} role="columnheader" class={`cell ${name}`}>
            {title}
          </span>
        ))}
      </div>
      <div role="rowgroup" style={{ height: `${total * height}px`, position: 'relative' }}>
        {rowNodes(
          indices.map((index) => ({ index, row: rowAt(index), isActive: index === active.value })),
          keyOf,
        )}
      </div>
    </div>
  );
}

/** Which rows are in sight, and which one is active; `move` makes another one active and brings it into sight. */
function useSight(total: number, onSight: GridProps<unknown>['onSight']) {
  const scroller = useRef<HTMLDivElement>(null);
  const sight = useSignal({ first: 0, last: 40 });
  const active = useSignal(0);
  const rowHeight = useSignal(narrow.matches ? 84 : 36);
  const measure = () => {
    const element = scroller.current;
    if (element === null) return;
    const first = Math.max(0, Math.floor(element.scrollTop / rowHeight.peek()) - beyond);
    const last = Math.ceil((element.scrollTop + element.clientHeight) / rowHeight.peek()) + beyond;
    const known = sight.peek();
    if (first !== known.first || last !== known.last) sight.value = { first, last };
  };
  useLayoutEffect(measure);
  useEffect(() => {
    const resize = () => {
      rowHeight.value = narrow.matches ? 84 : 36;
      measure();
    };
    addEventListener('resize', resize);
    return () => removeEventListener('resize', resize);
  }, []);
  const { first } = sight.value;
  const last = Math.min(sight.value.last, total - 1);
  useEffect(() => onSight(first, last), [first, last, total]);
  const move = (to: number) => {
    const index = Math.max(0, Math.min(total - 1, to));
    active.value = index;
    const element = scroller.current;
    if (element === null) return;
    const top = index * rowHeight.peek();
    if (top < element.scrollTop) element.scrollTop = top;
    else if (top + rowHeight.peek() + headHeight > element.scrollTop + element.clientHeight)
      element.scrollTop = top + rowHeight.peek() + headHeight - element.clientHeight;
    measure();
  };
  return { scroller, height: rowHeight.value, first, last, active, measure, move };
}

interface Place<Row> {
  readonly index: number;
  /** undefined: on its way. */
  readonly row: Row | undefined;
  readonly isActive: boolean;
}

/** Nodes of rows, kept for as long as nothing about a row is another: Preact passes over a node that it has seen. */
function useRowNodes<Row>(columns: readonly Column<Row>[], height: number, onPress: (index: number) => void) {
  const kept = useRef(new Map<number, Place<Row> & { readonly height: number; readonly node: VNode }>());
  return (places: readonly Place<Row>[], keyOf: (row: Row) => string): VNode[] => {
    const next: typeof kept.current = new Map();
    for (const place of places) {
      const { index, row, isActive } = place;
      const known = kept.current.get(index);
      const isSame = known?.row === row && known?.isActive === isActive && known.height === height;
      const node = isSame ? known.node : rowNode({ place, columns, height, keyOf, onPress });
      next.set(index, { ...place, height, node });
    }
    kept.current = next;
    return Array.from(next.values(), ({ node }) => node);
  };
}

interface RowNodeOptions<Row> {
  readonly place: Place<Row>;
  readonly columns: readonly Column<Row>[];
  readonly height: number;
  readonly keyOf: (row: Row) => string;
  readonly onPress: (index: number) => void;
}

function rowNode<Row>({
  place: { index, row, isActive },
  columns,
  height,
  keyOf,
  onPress,
}: RowNodeOptions<Row>): VNode {
  return (
    <div
      key={row === undefined ? `row ${index}` : keyOf(row)}
      id={`row-${index}`}
      role="row"
      aria-rowindex={index + 2}
      aria-selected={isActive}
      class="grid-row"
      style={{ transform: `translateY(${index * height}px)`, height: `${height}px` }}
      onMouseDown={() => onPress(index)}
    >
      {columns.map(({ name, cell }) => (
        <span key={name} role="gridcell" class={`cell ${name}`}>
          {row === undefined ? '…' : cell(row)}
        </span>
      ))}
    </div>
  );
}
