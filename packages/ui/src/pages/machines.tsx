/** The list of machines: any number, found by a query that stands in the address. */
import type { Machine } from 'matchbox/api';
import { useEffect, useRef } from 'preact/hooks';
import { isOperator } from '../api/session.ts';
import { useMachines } from '../live/machine-window.ts';
import { Copy } from '../parts/copy.tsx';
import { type Column, Grid } from '../parts/grid.tsx';
import { Empty } from '../parts/notice.tsx';
import { State, stateOrder } from '../parts/state.tsx';
import { Text } from '../parts/text.tsx';
import { Ago } from '../parts/time.tsx';
import { go, machinePath, machinesPath, parameter, setParameter } from '../route.ts';
import { machinesCommand } from '../text/command.ts';
import { toggleTerm } from '../text/machine-query.ts';
import { titleOf } from '../text/machine-title.ts';
import { BulkOrder } from './bulk-order.tsx';

export function MachineList() {
  return <Machines fixed="" title="Machines" />;
}

/** @property fixed terms that always hold */
export function Machines({ fixed, title }: { readonly fixed: string; readonly title: string }) {
  const typed = parameter('q');
  const query = `${fixed} ${typed}`.trim();
  const found = useMachines(query);
  const open = (machine: Machine) => go(machinePath(machine.id));
  return (
    <>
      <div class="title-row">
        <h1>{title}</h1>
        <Copy isMark text={() => machinesCommand(query)}>
          Copy as command
        </Copy>
        {isOperator() && <BulkOrder query={query} total={found.total} />}
      </div>
      <Search value={typed} />
      <StateFilter states={found.states} query={typed} />
      <p role="status" class="count">
        {found.fault !== '' ? '' : found.isFormer ? 'Asking the server for machines …' : countOf(found.total, query)}
      </p>
      {found.fault !== '' && (
        <p class="fault" role="alert">
          {found.fault}
        </p>
      )}
      {!found.isFirst && found.total === 0 && found.fault === '' ? (
        <Nothing query={query} />
      ) : (
        <Grid
          label={title}
          columns={columns}
          total={found.total}
          rowAt={found.rowAt}
          onSight={found.see}
          onOpen={open}
        />
      )}
    </>
  );
}

function countOf(total: number, query: string): string {
  const machines = `${total.toLocaleString('en')} machine${total === 1 ? '' : 's'}`;
  return query === '' ? machines : `${machines} found; others are hidden by the query`;
}

function Nothing({ query }: { readonly query: string }) {
  if (query === '')
    return (
      <Empty title="No machine has asked yet">
        <p>
          A machine appears here as soon as it asks this server for anything. <a href="/network">Network</a> says how to
          make it ask.
        </p>
      </Empty>
    );
  return (
    <Empty title="No machine is found">
      <p>
        <a href={machinesPath('')}>Show all machines</a>
      </p>
    </Empty>
  );
}

function Search({ value }: { readonly value: string }) {
  const input = useRef<HTMLInputElement>(null);
  // Typing must not be overtaken by what the address says.
  useEffect(() => {
    if (input.current && document.activeElement !== input.current) input.current.value = value;
  }, [value]);
  return (
    <label class="search">
      Find
      <input
        ref={input}
        type="search"
        defaultValue={value}
        placeholder="node7   state:stalled   -group:lab   mac:52:54*   is:inbox"
        aria-describedby="search-help"
        spellcheck={false}
        autocomplete="off"
        onInput={(event) => setParameter('q', event.currentTarget.value.trim())}
      />
      <small id="search-help">
        Words and key:value terms, * for any text, - for not; keys: name state group profile mac uuid address is, any
        label, any key of a group’s metadata.
      </small>
    </label>
  );
}

function StateFilter({ states, query }: { readonly states: Readonly<Record<string, number>>; readonly query: string }) {
  return (
    <ul class="chips" aria-label="States">
      {stateOrder.map((state) => {
        const term = `state:${state}`;
        const isOn = query.split(/\s+/).includes(term);
        if (!isOn && !states[state]) return null;
        return (
          <li key={state}>
            <button
              type="button"
              class="chip"
              aria-pressed={isOn}
              onClick={() => setParameter('q', toggleTerm(query, term), 'push')}
            >
              <State state={state} /> {(states[state] ?? 0).toLocaleString('en')}
            </button>
          </li>
        );
      })}
    </ul>
  );
}

const columns: readonly Column<Machine>[] = [
  { title: 'State', name: 'col-state', cell: ({ state }) => <State state={state} /> },
  {
    title: 'Name',
    name: 'col-name',
    cell: (machine) => (
      <a href={machinePath(machine.id)} tabIndex={-1}>
        <Text>{titleOf(machine)}</Text>
      </a>
    ),
  },
  { title: 'Group', name: 'col-group', cell: ({ group, inbox }) => (inbox ? 'none of its own' : <Text>{group}</Text>) },
  { title: 'Profile', name: 'col-profile', cell: ({ profile }) => <Text>{profile}</Text> },
  { title: 'MAC', name: 'col-mac', cell: ({ macs }) => <Text>{macs[0]}</Text> },
  { title: 'Address', name: 'col-address', cell: ({ addresses }) => <Text>{addresses.at(-1)}</Text> },
  { title: 'Seen', name: 'col-seen', cell: ({ lastSeenMs }) => <Ago ms={lastSeenMs} /> },
  {
    title: 'Why',
    name: 'col-why',
    cell: ({ stateReason, orders, loop }) => (
      <Text>
        {[
          orders?.hold ? `held: ${orders.hold}` : '',
          loop ? `loop: ${loop.starts} starts` : '',
          orders?.reinstall ? `reinstall ${orders.reinstall}` : '',
          orders?.disk ? 'boots from disk' : '',
          stateReason,
        ]
          .filter((each) => each !== '')
          .join('; ')}
      </Text>
    ),
  },
];
