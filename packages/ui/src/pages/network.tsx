/** How machines come to this server: what network boot serves and decides, and what stands in its way. */
import { site } from '../api/clients.ts';
import { useAsked } from '../live/ask.ts';
import { networkEvents } from '../live/feed.ts';
import { Copy } from '../parts/copy.tsx';
import { Empty, Waiting } from '../parts/notice.tsx';
import { Section } from '../parts/section.tsx';
import { Block } from '../parts/text.tsx';
import { Moment } from '../parts/time.tsx';
import { EventFeed, usePausable } from './event-feed.tsx';
import { NetbootDoctor } from './netboot-doctor.tsx';
import { Served } from './served.tsx';

export function Network() {
  const asked = useAsked((signal) => site.siteStatus({}, { signal }), []);
  const url = asked.value?.publicUrl ?? '';
  const options = [
    '# dnsmasq: machines with plain firmware get iPXE, and iPXE gets this server',
    'dhcp-userclass=set:ipxe,iPXE',
    'dhcp-boot=tag:!ipxe,undionly.kpxe',
    `dhcp-boot=tag:ipxe,${url}/boot.ipxe`,
  ].join('\n');
  return (
    <>
      <h1>Network</h1>
      <Waiting asked={asked} what="the server’s addresses" />
      {asked.value && (
        <>
          <p>
            Machines reach this server at <code>{url}</code>. <code>-public-url</code> sets another address.
          </p>
          <Served />
          <h2>Make machines ask here</h2>
          <p>
            With <code>-netboot</code> this server answers DHCP itself, and nothing else is needed. Without it the
            network’s DHCP server sends them. For dnsmasq:
          </p>
          <Block label="Configuration of dnsmasq">{options}</Block>
          <Copy text={() => options}>Copy</Copy>
          <NetbootDoctor />
          <Decisions />
        </>
      )}
    </>
  );
}

const shown = 60;

/** What DHCP decided and which loaders went out, since this page was opened; all of it is in each machine's story. */
function Decisions() {
  const { events, button } = usePausable(networkEvents, shown);
  return (
    <Section id="decisions" title="Decisions" beside={button}>
      {events.length === 0 ? (
        <Empty title="No machine has asked for an address or a loader since this page was opened">
          <p>
            With <code>-netboot</code> each answer to DHCP, and each loader that is fetched, appears here as it happens;
            without it a machine’s story begins with its first script.
          </p>
        </Empty>
      ) : (
        <EventFeed label="Decisions as they happen" events={events} When={Moment} />
      )}
    </Section>
  );
}
