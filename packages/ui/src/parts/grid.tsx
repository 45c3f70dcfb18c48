/**
 * A list of any length of which only the rows in sight are there; moved in by keyboard, found by its row numbers. A row that comes into
 * sight takes the elements of one that went out of it.
 */
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
  /** Told of the rows in sight. */
  readonly onSight: (first: number, last: number) => void;
  readonly onOpen: (row: Row) => void;
}

const beyond = 6;
/** Nothing moves for so long: it has come to rest. */
const restMs = 150;
/** The head stays in sight, above the rows; see `.grid-head`. */
const headHeight = 37;

/** Cards need more room than rows. */
const narrow = matchMedia('(max-width: 700px)');

export function Grid<Row>({ label, columns, total, rowAt, onSight, onOpen }: GridProps<Row>) {
  const { scroller, height, first, count, last, active, isMoving, measure, move } = useSight(total, onSight);
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
          count,
          isMoving,
        )}
      </div>
    </div>
  );
}

/** Which rows are in sight, and which one is active; `move` makes another one active and brings it into sight. */
function useSight(total: number, onSight: GridProps<unknown>['onSight']) {
  const scroller = useRef<HTMLDivElement>(null);
  const sight = useSignal({ first: 0, count: 40 });
  const active = useSignal(0);
  const isMoving = useSignal(false);
  const movedMs = useRef(0);
  const rest = useRef<ReturnType<typeof setTimeout>>(undefined);
  const rowHeight = useSignal(narrow.matches ? 84 : 36);
  const comeToRest = () => {
    const leftMs = movedMs.current + restMs - performance.now();
    rest.current = leftMs > 0 ? setTimeout(comeToRest, leftMs) : undefined;
    if (leftMs <= 0) isMoving.value = false;
  };
  const measure = () => {
    const element = scroller.current;
    if (element === null) return;
    const height = rowHeight.peek();
    // As many wherever it stands, so that no row has to be made or taken away while it moves.
    const count = Math.ceil(element.clientHeight / height) + 1 + 2 * beyond;
    const first = Math.max(0, Math.min(total - count, Math.floor(element.scrollTop / height) - beyond));
    const known = sight.peek();
    if (first === known.first && count === known.count) return;
    movedMs.current = performance.now();
    isMoving.value = true;
    rest.current ??= setTimeout(comeToRest, restMs);
    sight.value = { first, count };
  };
  // Only where what is in sight may be another without a scroll: to measure is to lay the page out.
  useLayoutEffect(measure, [total, rowHeight.value]);
  useEffect(() => {
    const resize = () => {
      rowHeight.value = narrow.matches ? 84 : 36;
      measure();
    };
    addEventListener('resize', resize);
    return () => {
      removeEventListener('resize', resize);
      clearTimeout(rest.current);
    };
  }, []);
  const { first, count } = sight.value;
  const last = Math.min(first + count, total) - 1;
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
  return { scroller, height: rowHeight.value, first, count, last, active, isMoving: isMoving.value, measure, move };
}

interface Place<Row> {
  readonly index: number;
  /** undefined: on its way. */
  readonly row: Row | undefined;
  readonly isActive: boolean;
}

/** What a slot has: a place among those in sight, which one row after the other comes to. */
interface Slot<Row> extends Place<Row> {
  readonly slot: number;
  readonly height: number;
  readonly node: VNode;
  /** Those of the last row that was there stay, unseen, while the next one is on its way. */
  readonly cells: readonly VNode[] | undefined;
}

/**
 * Nodes of rows, kept for as long as nothing about a row is another: Preact passes over a node that it has seen. While the list moves
 * they stand in the order of slots, so that no element is moved; at rest in the order of rows, as they are read.
 */
function useRowNodes<Row>(columns: readonly Column<Row>[], height: number, onPress: (index: number) => void) {
  const kept = useRef(new Map<number, Slot<Row>>());
  return (places: readonly Place<Row>[], count: number, isMoving: boolean): VNode[] => {
    const taken = new Set<number>();
    const next = places.map((place): Slot<Row> => {
      // The active row has one of its own if it is out of sight.
      const own = place.index % count;
      const slot = taken.has(own) ? count : own;
      taken.add(slot);
      const known = kept.current.get(slot);
      if (isSame(known, place) && known.height === height) return known;
      const cells = known?.row === place.row || place.row === undefined ? known?.cells : cellsOf(columns, place.row);
      return { ...place, slot, height, cells, node: rowNode({ ...place, slot, height, cells, onPress }) };
    });
    kept.current = new Map(next.map((each) => [each.slot, each]));
    if (isMoving) next.sort((a, b) => a.slot - b.slot);
    return next.map(({ node }) => node);
  };
}

function isSame<Row>(slot: Slot<Row> | undefined, { index, row, isActive }: Place<Row>): slot is Slot<Row> {
  return slot?.index === index && slot.row === row && slot.isActive === isActive;
}

function cellsOf<Row>(columns: readonly Column<Row>[], row: Row): readonly VNode[] {
  return columns.map(({ name, cell }) => (
    <span key={name} role="gridcell" class={`cell ${name}`}>
      {cell(row)}
    </span>
  ));
}

interface RowNodeOptions extends Place<unknown> {
  readonly slot: number;
  readonly height: number;
  readonly cells: readonly VNode[] | undefined;
  readonly onPress: (index: number) => void;
}

function rowNode({ index, row, isActive, slot, height, cells, onPress }: RowNodeOptions): VNode {
  const isComing = row === undefined;
  return (
    <div
      key={slot}
      id={`row-${index}`}
      role="row"
      aria-rowindex={index + 2}
      aria-selected={isActive}
      aria-busy={isComing}
      class={isComing ? 'grid-row coming' : 'grid-row'}
      style={{ transform: `translateY(${index * height}px)`, height: `${height}px` }}
      onMouseDown={() => onPress(index)}
    >
      {cells}
    </div>
  );
}
