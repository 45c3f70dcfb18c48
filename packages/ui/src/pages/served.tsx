/** What the built-in network boot serves: its networks, the loaders that it has, the addresses that it gave. */
import type { DhcpLease, NetbootStatusResponse } from 'matchbox/api';
import { site } from '../api/clients.ts';
import { useFollowed } from '../live/followed.ts';
import { Empty, Waiting } from '../parts/notice.tsx';
import { Section } from '../parts/section.tsx';
import { Table } from '../parts/table.tsx';
import { Text } from '../parts/text.tsx';
import { Moment } from '../parts/time.tsx';
import { configPath, machinePath } from '../route.ts';
import { size } from '../text/bytes.ts';
import { visible } from '../text/visible.ts';

export function Served() {
  const asked = useFollowed((signal) => site.netbootStatus({}, { signal }));
  const found = asked.value;
  return (
    <>
      <Waiting asked={asked} what="what network boot serves" />
      {found && !found.isOn && (
        <Empty title="This server takes no part in network boot">
          <p>
            Started with <code>-netboot=proxy</code> it tells machines of the network where their loader is, beside the
            DHCP server that is there; with <code>-netboot=dhcp</code> it gives addresses, too. Look at the host first,
            below.
          </p>
        </Empty>
      )}
      {found?.isOn && (
        <>
          <Networks status={found} />
          <Loaders status={found} />
          <Leases status={found} />
        </>
      )}
    </>
  );
}

function Networks({ status }: { readonly status: NetbootStatusResponse }) {
  return (
    <Section id="networks" title="Networks that are served">
      <p>
        On <Text>{status.interface}</Text>, <code>{status.address}</code>.
      </p>
      {status.networks.length === 0 ? (
        <p class="warning">None: no network is described that this interface serves.</p>
      ) : (
        <Table titles={['Network', 'Mode', 'Answers', 'Leases']} label="Networks">
          {status.networks.map(({ name, mode, dryRun, answer, leases }) => (
            <tr key={name}>
              <td>
                <a href={configPath('networks', name)}>
                  <Text>{name}</Text>
                </a>
              </td>
              <td>
                <Text>{dryRun ? `dry run of ${mode}: nothing is sent` : mode}</Text>
              </td>
              <td>{answer === 'all' ? 'everybody' : 'machines that a group matches'}</td>
              <td>{leases.toLocaleString('en')}</td>
            </tr>
          ))}
        </Table>
      )}
      {status.otherServers.map((server) => (
        <p key={server} class="hint">
          There is <Text>{server}</Text>
        </p>
      ))}
    </Section>
  );
}

function Loaders({ status: { loaders, withoutLoader } }: { readonly status: NetbootStatusResponse }) {
  return (
    <Section id="loaders" title="Loaders">
      {loaders.length === 0 ? (
        <p class="fault">
          No loader was found, so no machine gets a boot file: install the package ipxe, or run matchbox get ipxe.
        </p>
      ) : (
        <Table titles={['Firmware', 'File', 'iPXE', 'Size', 'From']} label="Loaders">
          {loaders.map(({ architecture, code, file, version, sizeBytes, path, sha256 }) => (
            <tr key={code}>
              <td>
                <Text>{`${architecture} (${code})`}</Text>
              </td>
              <td>
                <Text>{file}</Text>
              </td>
              <td>
                <Text>{version || 'does not say'}</Text>
              </td>
              <td>{size(Number(sizeBytes))}</td>
              <td title={`SHA-256 ${visible(sha256)}`}>
                <Text>{path}</Text>
              </td>
            </tr>
          ))}
        </Table>
      )}
      {loaders.length > 0 && withoutLoader.length > 0 && (
        <p class="hint">
          No loader, and so no boot file, for <Text>{withoutLoader.join(', ')}</Text>.
        </p>
      )}
    </Section>
  );
}

function Leases({ status: { leases, leaseCount } }: { readonly status: NetbootStatusResponse }) {
  return (
    <Section id="leases" title={`Leases: ${leaseCount.toLocaleString('en')}`}>
      {leaseCount > leases.length && <p class="hint">The {leases.length} that end last are shown.</p>}
      {leases.length === 0 ? (
        <p>No address is given now; a proxy gives none.</p>
      ) : (
        <Table titles={['Address', 'Machine', 'It calls itself', 'Network', 'Ends']} label="Leases">
          {leases.map((lease) => (
            <Lease key={`${lease.network} ${lease.mac}`} lease={lease} />
          ))}
        </Table>
      )}
    </Section>
  );
}

function Lease({ lease: { address, mac, hostName, network, known, endsMs } }: { readonly lease: DhcpLease }) {
  return (
    <tr>
      <td>
        <Text>{address}</Text>
      </td>
      <td>
        <a href={machinePath(mac)}>
          <Text>{mac}</Text>
        </a>
        {!known && <small> no group matches it</small>}
      </td>
      <td>
        <Text>{hostName}</Text>
      </td>
      <td>
        <Text>{network}</Text>
      </td>
      <td>
        <Moment ms={endsMs} />
      </td>
    </tr>
  );
}
