/** What needs somebody first, what states machines are in, what happens now. */
import type { CertificateInfo, Machine, SiteStatusResponse } from 'matchbox/api';
import { machines, site } from '../api/clients.ts';
import { useAsked } from '../live/ask.ts';
import { now } from '../live/clock.ts';
import { recentEvents, snapshotsWanted } from '../live/feed.ts';
import { useFollowed } from '../live/followed.ts';
import { Empty, Waiting } from '../parts/notice.tsx';
import { Section } from '../parts/section.tsx';
import { State, stateOrder } from '../parts/state.tsx';
import { Text } from '../parts/text.tsx';
import { Ago, Moment } from '../parts/time.tsx';
import { Title } from '../parts/title.tsx';
import { machinePath, machinesPath, pathOfFile } from '../route.ts';
import { titleOf } from '../text/machine-title.ts';
import { duration } from '../text/time.ts';
import { visible } from '../text/visible.ts';
import { EventFeed, usePausable } from './event-feed.tsx';

/** Whose turn it is first. */
const attention = [
  { query: 'state:stalled', title: 'Stalled', hint: 'fell silent on the way' },
  { query: 'state:failed', title: 'Failed', hint: 'said so, or an installer did' },
  { query: 'is:loop', title: 'Looping', hint: 'begin the same installation again and again' },
  { query: 'is:held', title: 'On hold', hint: 'an operator holds them' },
  { query: 'is:collision', title: 'Mixed up', hint: 'share an identity with another machine' },
  { query: 'is:inbox', title: 'In the inbox', hint: 'have no group of their own' },
] as const;

const shownOfEach = 5;
const dayMs = 24 * 60 * 60 * 1000;
/** Certificates are told of so long before they end. */
const soonMs = 30 * dayMs;

interface Found {
  readonly total: number;
  readonly states: Readonly<Record<string, number>>;
  readonly kinds: readonly { readonly total: number; readonly machines: readonly Machine[] }[];
}

export function Overview() {
  const found = useFollowed(async (signal): Promise<Found> => {
    const options = { signal };
    const all = machines.machineList({ pageSize: 1, brief: true }, options);
    const kinds = attention.map(({ query }) =>
      machines.machineList({ query, pageSize: shownOfEach, brief: true }, options),
    );
    const [{ total, states }, ...rest] = await Promise.all([all, ...kinds]);
    return { total, states, kinds: rest };
  });
  const status = useAsked((signal) => site.siteStatus({}, { signal }), [snapshotsWanted.value]);
  return (
    <>
      <Title command={() => 'bootcmd machine list'}>Overview</Title>
      <Waiting asked={found} what="machines" />
      {found.value && <States found={found.value} />}
      <div class="columns">
        <Section id="attention" title="Needs attention">
          {found.value && <Attention found={found.value} status={status.value} />}
          <Waiting asked={status} what="the server’s state" />
          {status.value && <Certificates certificates={status.value.certificates} />}
        </Section>
        <Feed />
      </div>
    </>
  );
}

function States({ found: { total, states } }: { readonly found: Found }) {
  if (total === 0)
    return (
      <Empty title="No machine has asked yet">
        <p>
          Point a machine’s network boot at this server, and its story begins here. <a href="/network">Network</a> says
          how; <a href="/config">Config</a> is where groups and profiles are made.
        </p>
      </Empty>
    );
  return (
    <ul class="tiles" aria-label="Machines by state">
      <li>
        <a href={machinesPath('')}>
          <strong>{total.toLocaleString('en')}</strong> machines
        </a>
      </li>
      {stateOrder
        .filter((state) => states[state])
        .map((state) => (
          <li key={state}>
            <a href={machinesPath(`state:${state}`)}>
              <strong>{states[state]!.toLocaleString('en')}</strong> <State state={state} />
            </a>
          </li>
        ))}
    </ul>
  );
}

function Attention({ found, status }: { readonly found: Found; readonly status: SiteStatusResponse | undefined }) {
  const kinds = attention.map((kind, index) => ({ ...kind, ...found.kinds[index]! })).filter(({ total }) => total > 0);
  const ending = (status?.certificates ?? []).filter(
    ({ endsMs, fault }) => fault !== '' || Number(endsMs) - now.value < soonMs,
  );
  const isCalm = kinds.length === 0 && status?.brokenCount === 0 && ending.length === 0 && status.storeFault === '';
  if (isCalm) return <p>Nothing: no machine is stalled, failed, looping or held, no file is broken.</p>;
  return (
    <>
      {status !== undefined && status.storeFault !== '' && (
        <p class="fault">
          The data store is away: <Text>{status.storeFault}</Text>. Machines get what was there before.
        </p>
      )}
      {status !== undefined && status.brokenCount > 0 && <Broken status={status} />}
      <Ending certificates={ending.filter(isUrgent)} />
      {kinds.map(({ query, title, hint, total, machines: some }) => (
        <section key={query} class="attention">
          <h3>
            <a href={machinesPath(query)}>
              {title}: {total.toLocaleString('en')}
            </a>{' '}
            <small>{hint}</small>
          </h3>
          <ul>
            {some.map((machine) => (
              <Noticed key={machine.id} machine={machine} />
            ))}
            {total > some.length && (
              <li>
                <a href={machinesPath(query)}>{(total - some.length).toLocaleString('en')} more</a>
              </li>
            )}
          </ul>
        </section>
      ))}
      <Ending certificates={ending.filter((each) => !isUrgent(each))} />
    </>
  );
}

/** What is stuck now comes before what ends in some days, but not before this. */
function isUrgent({ endsMs, fault }: CertificateInfo): boolean {
  return fault !== '' || Number(endsMs) - now.value < dayMs;
}

function Ending({ certificates }: { readonly certificates: readonly CertificateInfo[] }) {
  return (
    <>
      {certificates.map(({ name, file, endsMs, fault }) => (
        <p key={file} class="warning">
          Certificate of the {name} (<code>{visible(file)}</code>){' '}
          {fault === '' ? `ends in ${duration(Number(endsMs) - now.value)}` : `cannot be read: ${visible(fault)}`}
        </p>
      ))}
    </>
  );
}

/** The one that ends first is at the top. */
function Certificates({ certificates }: { readonly certificates: readonly CertificateInfo[] }) {
  if (certificates.length === 0) return null;
  return (
    <section aria-labelledby="certificates">
      <h3 id="certificates">Certificates, the one that ends first at the top</h3>
      <ul>
        {certificates.map(({ name, file, endsMs, fault }) => (
          <li key={`${name} ${file}`}>
            {name}: {fault === '' ? <Until ms={Number(endsMs)} /> : `cannot be read: ${visible(fault)}`}{' '}
            <small>
              <code>{visible(file)}</code>
            </small>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Until({ ms }: { readonly ms: number }) {
  const left = ms - now.value;
  return (
    <>
      {left > 0 ? `ends in ${duration(left)}` : `ended ${duration(-left)} ago`}, <Moment ms={ms} />
    </>
  );
}

function Broken({ status: { broken, brokenCount } }: { readonly status: SiteStatusResponse }) {
  return (
    <section class="attention">
      <h3>Broken files: {brokenCount}</h3>
      <ul>
        {broken.map(({ file, line, column, message, lastGood }) => (
          <li key={file}>
            <a href={pathOfFile(file)}>
              <Text>{`${file}${line > 0 ? `:${line}:${column}` : ''}`}</Text>
            </a>
            : <Text>{message}</Text>{' '}
            <small>{lastGood ? 'its last good version is in force' : 'nothing of it is in force'}</small>
          </li>
        ))}
      </ul>
    </section>
  );
}

const shownEvents = 40;

function Feed() {
  const { events, button } = usePausable(recentEvents, shownEvents);
  return (
    <Section id="feed" title="Now">
      {button}
      {events.length === 0 ? (
        <p>Nothing has happened since this page was opened.</p>
      ) : (
        <EventFeed label="What happens" events={events} When={Ago} />
      )}
    </Section>
  );
}

/** With both of its names where it has two. */
function Noticed({ machine }: { readonly machine: Machine }) {
  const { id, name, group, inbox, state, stateReason, stateSinceMs } = machine;
  const title = titleOf(machine);
  const other = title === name ? group : name;
  return (
    <li>
      <State state={state} />{' '}
      <small class="moment">
        <Ago ms={stateSinceMs} />
      </small>{' '}
      <a href={machinePath(id)}>
        <Text>{title}</Text>
      </a>{' '}
      {!inbox && other !== '' && other !== title && (
        <>
          (<Text>{other}</Text>){' '}
        </>
      )}
      <Text>{stateReason}</Text>
    </li>
  );
}
