/** Makes a machine of the inbox one that has a group of its own. */
import { type Signal, useSignal } from '@preact/signals';
import type { Machine } from 'matchbox/api';
import { faultOf, files, machines } from '../api/clients.ts';
import { useAsked } from '../live/ask.ts';
import { isStale } from '../live/feed.ts';
import { Waiting, whyStale } from '../parts/notice.tsx';
import { configPath } from '../route.ts';
import { visible } from '../text/visible.ts';

interface AdoptProps {
  readonly machine: Machine;
  /** '' where the server lets this user do it. */
  readonly refusal: string;
  readonly onDone: () => void;
}

export function Adopt({ machine, refusal, onDone }: AdoptProps) {
  const profiles = useAsked((signal) => files.fileList({ kind: 'profiles' }, { signal }), []);
  const group = useSignal(machine.name.replaceAll(/[^\w.-]+/g, '-'));
  const profile = useSignal('');
  const selectBy = useSignal(machine.macs.length > 0 ? 'mac' : 'uuid');
  const metadata = useSignal('');
  const fault = useSignal('');
  const written = useSignal('');
  const reason = isStale.value ? whyStale : refusal;
  const chosen = profile.value || (profiles.value?.files[0]?.name ?? '');
  const submit = async (event: Event) => {
    event.preventDefault();
    fault.value = '';
    try {
      const request = {
        name: machine.id,
        group: group.value,
        profile: chosen,
        metadataJson: metadata.value,
        selectBy: selectBy.value,
      };
      written.value = (await machines.machineAdopt(request)).group;
      onDone();
    } catch (error) {
      fault.value = faultOf(error);
    }
  };
  return (
    <section aria-labelledby="adopt">
      <h2 id="adopt">Adopt</h2>
      <p>It has no group of its own. Adopting writes one, which is in force at its next request.</p>
      <Waiting asked={profiles} what="profiles" />
      {profiles.value?.files.length === 0 && (
        <p class="warning">
          There is no profile yet. <a href="/config/profiles">Make one first.</a>
        </p>
      )}
      <form class="form" onSubmit={(event) => void submit(event)}>
        <label>
          Name of the group
          <input type="text" required value={group.value} onInput={typed(group)} />
        </label>
        <label>
          Profile
          <select value={chosen} onChange={typed(profile)}>
            {profiles.value?.files.map(({ name }) => (
              <option key={name} value={name}>
                {visible(name)}
              </option>
            ))}
          </select>
        </label>
        <label>
          Recognised by
          <select value={selectBy.value} onChange={typed(selectBy)}>
            {machine.macs.length > 0 && <option value="mac">MAC address {visible(machine.macs.at(-1)!)}</option>}
            {machine.uuids.length > 0 && <option value="uuid">UUID {visible(machine.uuids.at(-1)!)}</option>}
          </select>
        </label>
        <label>
          Metadata (a JSON object, or nothing)
          <textarea rows={3} spellcheck={false} value={metadata.value} onInput={typed(metadata)} />
        </label>
        <button type="submit" class="primary" disabled={reason !== '' || chosen === ''}>
          Adopt
        </button>
        {reason !== '' && <p class="hint">{reason}</p>}
        {fault.value !== '' && (
          <p class="fault" role="alert">
            {fault.value}
          </p>
        )}
        {written.value !== '' && (
          <p role="status">
            Written: <a href={configPath('groups', written.value)}>{written.value}</a>
          </p>
        )}
      </form>
    </section>
  );
}

/** What is typed goes into the signal. */
function typed(signal: Signal<string>) {
  return (event: { readonly currentTarget: { readonly value: string } }) => {
    signal.value = event.currentTarget.value;
  };
}
