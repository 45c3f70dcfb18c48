/** Makes a machine of the inbox one that has a group of its own. */
import { type Signal, useSignal } from '@preact/signals';
import type { ExplainedChoice, Machine } from 'matchbox/api';
import { faultOf, files, foresight, machines } from '../api/clients.ts';
import { type Asked, useAsked } from '../live/ask.ts';
import { isStale } from '../live/feed.ts';
import { Choice, Field } from '../parts/field.tsx';
import { Waiting, whyStale } from '../parts/notice.tsx';
import { Section } from '../parts/section.tsx';
import { Text } from '../parts/text.tsx';
import { configPath } from '../route.ts';
import { queryOfLabels } from '../text/machine-query.ts';
import { visible } from '../text/visible.ts';
import { AdoptPreview } from './adopt-preview.tsx';
import { adoptionDraft, metadataOf, wantedKeys } from './adoption.ts';

interface AdoptProps {
  readonly machine: Machine;
  /** '' where the server lets this user do it. */
  readonly refusal: string;
  readonly round: number;
  readonly onDone: () => void;
}

const typingMs = 400;

/** The form; or, once a group would answer the machine, that it does from its next request on. */
export function Adopt(props: AdoptProps) {
  const { machine, round } = props;
  const query = queryOfLabels(machine.labels);
  const written = useSignal('');
  const now = useExplanation(query, undefined, round);
  const group = now.value?.group;
  const own = written.value || (group && Object.keys(group.selector).length > 0 ? group.id : '');
  return (
    <Section id="adopt" title="Adopt">
      {own === '' ? (
        <AdoptForm {...props} query={query} nearest={now.value?.nearMisses[0]?.profile ?? ''} written={written} />
      ) : (
        <p role="status">
          {written.value === '' ? 'It has a group now: ' : 'Written: '}
          <a href={configPath('groups', own)}>
            <Text>{own}</Text>
          </a>
          . It is in force at the machine’s next request; it has not asked since.
        </p>
      )}
    </Section>
  );
}

interface FormProps extends Omit<AdoptProps, 'round'> {
  readonly query: string;
  /** Profile of the group that came nearest: the likeliest one. */
  readonly nearest: string;
  /** The group, once there is one. */
  readonly written: Signal<string>;
}

function AdoptForm(props: FormProps) {
  const { machine, refusal, query } = props;
  const { profiles, typed, chosen, keys, draft, submit } = useAdoption(props);
  const reason = isStale.value ? whyStale : refusal;
  return (
    <form class="form" onSubmit={(event) => void submit(event)}>
      <p>It has no group of its own. Adopting writes one, which is in force at its next request.</p>
      <Waiting asked={profiles} what="profiles" />
      {profiles.value?.files.length === 0 && (
        <p class="warning">
          There is no profile yet. <a href="/config/profiles">Make one first.</a>
        </p>
      )}
      <Field typed={typed.group} required>
        Name of the group
      </Field>
      <Choice title="Profile" chosen={chosen} typed={typed.profile}>
        {(profiles.value?.files ?? []).map(({ name }) => [name, name])}
      </Choice>
      <Choice title="Recognised by" chosen={typed.selectBy.value} typed={typed.selectBy}>
        {[
          ...machine.macs.slice(-1).map((mac) => ['mac', `MAC address ${mac}`] as const),
          ...machine.uuids.slice(-1).map((uuid) => ['uuid', `UUID ${uuid}`] as const),
        ]}
      </Choice>
      <Keys keys={keys} fields={typed.fields} />
      <label>
        Metadata (a JSON object, or nothing)
        <textarea
          rows={3}
          spellcheck={false}
          value={typed.metadata.value}
          onInput={(event) => {
            typed.metadata.value = event.currentTarget.value;
          }}
        />
      </label>
      <AdoptPreview query={query} draft={draft} />
      <button type="submit" class="primary" disabled={reason !== '' || chosen === '' || typed.isWriting.value}>
        {typed.isWriting.value ? 'Adopting …' : 'Adopt'}
      </button>
      {reason !== '' && <p class="hint">{reason}</p>}
      {typed.fault.value !== '' && (
        <p class="fault" role="alert">
          {typed.fault.value}
        </p>
      )}
    </form>
  );
}

/** What is typed, what the chosen profile wants to know, and the order to write it. */
function useAdoption({ machine, onDone, query, nearest, written }: FormProps) {
  const profiles = useAsked((signal) => files.fileList({ kind: 'profiles' }, { signal }), []);
  const typed = {
    group: useSignal(machine.name.replaceAll(/[^\w.-]+/g, '-')),
    profile: useSignal(''),
    selectBy: useSignal(machine.macs.length > 0 ? 'mac' : 'uuid'),
    metadata: useSignal(''),
    fields: useSignal<Readonly<Record<string, string>>>({}),
    fault: useSignal(''),
    isWriting: useSignal(false),
  };
  const names = (profiles.value?.files ?? []).map(({ name }) => name);
  const chosen = typed.profile.value || (names.includes(nearest) ? nearest : (names[0] ?? ''));
  const choice = { group: typed.group.value, profile: chosen, selectBy: typed.selectBy.value };
  const bare = draftOf(() => adoptionDraft(machine, { ...choice, metadataJson: '' }), choice);
  const explained = useExplanation(query, bare).value;
  const keys = explained?.group?.id === choice.group ? wantedKeys(explained.missing) : [];
  const json = () =>
    metadataOf(Object.fromEntries(keys.map((key) => [key, typed.fields.value[key] ?? ''])), typed.metadata.value);
  const submit = async (event: Event) => {
    event.preventDefault();
    typed.fault.value = '';
    typed.isWriting.value = true;
    try {
      const request = { ...choice, name: machine.id, metadataJson: json() };
      written.value = (await machines.machineAdopt(request)).group;
      onDone();
    } catch (error) {
      typed.fault.value = error instanceof SyntaxError ? `metadata: ${error.message}` : faultOf(error);
    } finally {
      typed.isWriting.value = false;
    }
  };
  const draft = draftOf(() => adoptionDraft(machine, { ...choice, metadataJson: json() }), choice);
  return { profiles, typed, chosen, keys, draft, submit };
}

/** What the profile's templates read and no metadata says yet. */
function Keys({
  keys,
  fields,
}: {
  readonly keys: readonly string[];
  readonly fields: Signal<Readonly<Record<string, string>>>;
}) {
  if (keys.length === 0) return null;
  return (
    <fieldset>
      <legend>Metadata that the profile’s templates read</legend>
      {keys.map((key) => (
        <label key={key}>
          {visible(key)}
          <input
            type="text"
            spellcheck={false}
            autocomplete="off"
            value={fields.value[key] ?? ''}
            onInput={(event) => {
              fields.value = { ...fields.value, [key]: event.currentTarget.value };
            }}
          />
        </label>
      ))}
    </fieldset>
  );
}

/** @returns undefined while what is typed is no group */
function draftOf<T>(draft: () => T, { group, profile }: { readonly group: string; readonly profile: string }) {
  if (group.trim() === '' || profile === '') return undefined;
  try {
    return draft();
  } catch {
    return undefined;
  }
}

function useExplanation(
  query: string,
  draft: ReturnType<typeof adoptionDraft> | undefined,
  round = 0,
): Asked<ExplainedChoice | undefined> {
  const said = draft && new TextDecoder().decode(draft.content);
  return useAsked(
    async (signal) =>
      JSON.parse((await foresight.explain({ query, draft: draft ? [draft] : [] }, { signal })).json) as ExplainedChoice,
    [query, said, round],
    draft ? typingMs : 0,
  );
}
