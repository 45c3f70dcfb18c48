/** Downloads an operating system into the assets: the server does, from its project's site, and puts nothing there that is not verified. */
import { type Signal, useSignal } from '@preact/signals';
import type { ImageDone, ImageProgress, ImageSystem } from 'matchbox/api';
import { useEffect, useRef } from 'preact/hooks';
import { faultOf, isAborted, site } from '../api/clients.ts';
import { who } from '../api/session.ts';
import { keepDraft } from '../edit/drafts.ts';
import { useAsked } from '../live/ask.ts';
import { isStale } from '../live/feed.ts';
import { Copy } from '../parts/copy.tsx';
import { Field } from '../parts/field.tsx';
import { Waiting, whyNot } from '../parts/notice.tsx';
import { Section } from '../parts/section.tsx';
import { Block, Text } from '../parts/text.tsx';
import { configPath, go } from '../route.ts';
import { size } from '../text/bytes.ts';
import { getCommand, type ImageChoice } from '../text/command.ts';
import { visible } from '../text/visible.ts';

interface Download {
  readonly isRunning: boolean;
  readonly files: readonly ImageProgress[];
  readonly fault: string;
  readonly done: ImageDone | undefined;
}

const nothing: Download = { isRunning: false, files: [], fault: '', done: undefined };

/** @property onDone the assets are others */
export function ImageGet({ onDone }: { readonly onDone: () => void }) {
  const asked = useAsked((signal) => site.imageSystems({}, { signal }), []);
  const systems = asked.value?.systems ?? [];
  return (
    <Section id="get" title="Download an operating system">
      <Waiting asked={asked} what="what can be downloaded" />
      {asked.value && asked.value.fault !== '' && (
        <p class="hint">
          <Text>{asked.value.fault}</Text>
        </p>
      )}
      {systems.length > 0 && <Form systems={systems} onDone={onDone} />}
    </Section>
  );
}

function Form({ systems, onDone }: { readonly systems: readonly ImageSystem[]; readonly onDone: () => void }) {
  const name = useSignal(systems[0]!.name);
  const channel = useSignal('');
  const architecture = useSignal('');
  const version = useSignal('');
  const system = systems.find((each) => each.name === name.value)!;
  const choice: ImageChoice = {
    system: system.name,
    channel: channel.value || system.channels[0]!,
    architecture: architecture.value || system.architectures[0]!,
    version: version.value.trim(),
  };
  const { download, start, stop } = useDownload(choice, onDone);
  const reason = whyNot(who.value?.role, who.value?.name, !isStale.value);
  const { isRunning } = download.value;
  return (
    <>
      <form
        class="form"
        onSubmit={(event) => {
          event.preventDefault();
          void start();
        }}
      >
        <Choice label="System" chosen={name} words={systems.map((each) => each.name)} usual={system.name} />
        <p class="hint">
          <Text>{system.summary}</Text>
        </p>
        <Choice
          key={`c ${name.value}`}
          label={titled(system.channelNoun)}
          chosen={channel}
          words={system.channels}
          usual={choice.channel}
        />
        <Choice
          key={`a ${name.value}`}
          label="Architecture"
          chosen={architecture}
          words={system.architectures}
          usual={choice.architecture}
        />
        <Field typed={version} spellcheck={false} autocomplete="off">
          Version (the newest, where it is empty)
        </Field>
        <p>
          The server downloads it from <code>{system.site.replaceAll('{channel}', choice.channel)}</code>, verifies it
          by the project’s signature, and only then puts it below <code>/assets</code>. Leaving this page stops that;
          begun again it goes on where it stopped.
        </p>
        <div class="actions">
          <button type="submit" class="primary" disabled={reason !== undefined || isRunning} title={reason}>
            Download
          </button>
          {isRunning && (
            <button type="button" onClick={stop}>
              Stop
            </button>
          )}
          <Copy isMark text={() => getCommand(choice)}>
            Copy as command, for the server’s host
          </Copy>
        </div>
        {reason !== undefined && <p class="hint">{reason}</p>}
      </form>
      <Progress download={download.value} />
    </>
  );
}

function titled(noun: string): string {
  return `${noun.slice(0, 1).toUpperCase()}${noun.slice(1)}`;
}

interface ChoiceProps {
  readonly label: string;
  readonly chosen: Signal<string>;
  readonly words: readonly string[];
  readonly usual: string;
}

function Choice({ label, chosen, words, usual }: ChoiceProps) {
  return (
    <label>
      {label}
      <select
        value={words.includes(chosen.value) ? chosen.value : usual}
        onChange={(event) => {
          chosen.value = event.currentTarget.value;
        }}
      >
        {words.map((word) => (
          <option key={word} value={word}>
            {word}
          </option>
        ))}
      </select>
    </label>
  );
}

/** Runs as long as the view is there. */
function useDownload(choice: ImageChoice, onDone: () => void) {
  const download = useSignal<Download>(nothing);
  const abort = useRef<AbortController | undefined>(undefined);
  useEffect(() => () => abort.current?.abort(), []);
  const set = (part: Partial<Download>) => {
    download.value = { ...download.peek(), ...part };
  };
  const start = async () => {
    const own = new AbortController();
    abort.current = own;
    download.value = { ...nothing, isRunning: true };
    try {
      for await (const { step } of site.imageGet(choice, { signal: own.signal })) {
        if (step.case === 'done') set({ done: step.value });
        if (step.case !== 'progress') continue;
        const { file } = step.value;
        const others = download.peek().files.filter((each) => each.file !== file);
        set({ files: [...others, step.value] });
      }
      onDone();
    } catch (error) {
      set({ fault: isAborted(error) ? 'It was stopped.' : faultOf(error) });
    } finally {
      set({ isRunning: false });
    }
  };
  return { download, start, stop: () => abort.current?.abort() };
}

function Progress({ download: { isRunning, files, fault, done } }: { readonly download: Download }) {
  return (
    <>
      <p role="status">
        {isRunning ? 'Downloading …' : done ? `Version ${visible(done.version)} is there, verified.` : ''}
      </p>
      {files.length > 0 && (
        <ul class="feed" aria-label="Files of the download">
          {files.map(({ file, doneBytes, sizeBytes, note }) => (
            <li key={file}>
              <Text>{file}</Text>{' '}
              {note === '' ? (
                <>
                  <progress
                    aria-label={`How much of ${visible(file)} is there`}
                    value={sizeBytes > 0n ? Number(doneBytes) : undefined}
                    max={sizeBytes > 0n ? Number(sizeBytes) : undefined}
                  />{' '}
                  {size(Number(doneBytes))}
                  {sizeBytes > 0n && ` of ${size(Number(sizeBytes))}`}
                </>
              ) : (
                <Text>{note}</Text>
              )}
            </li>
          ))}
        </ul>
      )}
      {fault !== '' && (
        <p class="fault" role="alert">
          <Text>{fault}</Text>
        </p>
      )}
      {done && <Profile done={done} />}
    </>
  );
}

/** What boots it: begun as a draft, which the editor checks and shows the impact of before anything is in force. */
function Profile({ done: { profileJson } }: { readonly done: ImageDone }) {
  const begin = () => {
    const { id } = JSON.parse(profileJson) as { readonly id: string };
    keepDraft(`profiles/${id}`, { text: `${profileJson}\n`, base: '', revision: '', savedMs: Date.now() });
    go(configPath('profiles', id));
  };
  return (
    <>
      <h3>A profile that boots it</h3>
      <Block label="Profile that boots it">{profileJson}</Block>
      <div class="actions">
        <button type="button" onClick={begin}>
          Begin a profile with it
        </button>
        <Copy text={() => profileJson}>Copy</Copy>
      </div>
    </>
  );
}
