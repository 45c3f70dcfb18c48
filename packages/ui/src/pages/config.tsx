/** The files of the data directory: what there is, and the way to edit one. */
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { files, site } from '../api/clients.ts';
import { draftPaths } from '../edit/drafts.ts';
import { useAsked } from '../live/ask.ts';
import { Copy } from '../parts/copy.tsx';
import { Field } from '../parts/field.tsx';
import { kinds } from '../parts/kinds.ts';
import { Empty, Waiting } from '../parts/notice.tsx';
import { Section } from '../parts/section.tsx';
import { Text } from '../parts/text.tsx';
import { Title } from '../parts/title.tsx';
import { configPath, go, parameter, setParameter } from '../route.ts';
import { listCommand } from '../text/command.ts';
import { ConfigEditor } from './config-editor.tsx';

export function Config({ kind, name }: { readonly kind: string; readonly name: string }) {
  const known = kinds.find((each) => each.kind === kind);
  if (known === undefined) return <Kinds />;
  return name === '' ? (
    <FilesOf key={kind} kind={kind} title={known.title} about={known.about} />
  ) : (
    <ConfigEditor key={`${kind}/${name}`} kind={kind} name={name} />
  );
}

function Kinds() {
  const asked = useAsked((signal) => site.siteStatus({}, { signal }), []);
  const drafts = draftPaths();
  return (
    <>
      <div class="title-row">
        <h1>Config</h1>
        <Copy isMark text={() => 'bootcmd diff -f DIRECTORY'}>
          Copy the command that compares a directory
        </Copy>
      </div>
      <Waiting asked={asked} what="the data directory" />
      <ul class="tiles">
        {kinds.map(({ kind, title, about }) => (
          <li key={kind}>
            <a href={`/config/${kind}`}>
              <strong>{asked.value?.counts.find((each) => each.kind === kind)?.files ?? '…'}</strong> {title}
              <br />
              <small>{about}</small>
            </a>
          </li>
        ))}
      </ul>
      {drafts.length > 0 && (
        <Section id="drafts" title="Begun and not saved, in this browser">
          <ul>
            {drafts.map((path) => (
              <li key={path}>
                <a href={configPath(path.split('/')[0]!, path.split('/').slice(1).join('/'))}>
                  <Text>{path}</Text>
                </a>
              </li>
            ))}
          </ul>
        </Section>
      )}
      <Broken faults={asked.value?.broken.map(({ file, message }) => `${file}: ${message}`) ?? []} />
    </>
  );
}

function Broken({ faults }: { readonly faults: readonly string[] }) {
  if (faults.length === 0) return null;
  return (
    <Section id="broken" title="Broken files">
      {faults.map((fault) => (
        <p key={fault} class="fault">
          <Text>{fault}</Text>
        </p>
      ))}
    </Section>
  );
}

interface FilesProps {
  readonly kind: string;
  readonly title: string;
  readonly about: string;
}

/** node2 before node10. */
const natural = new Intl.Collator('en', { numeric: true });

function FilesOf({ kind, title, about }: FilesProps) {
  const word = useSignal(parameter('q'));
  useEffect(() => {
    if (word.value.trim() !== parameter('q')) setParameter('q', word.value.trim());
  }, [word.value]);
  const asked = useAsked(
    (signal) => files.fileList({ kind, contains: word.value.trim() }, { signal }),
    [kind, word.value],
    150,
  );
  const found = asked.value;
  return (
    <>
      <p>
        <a href="/config">Config</a>
      </p>
      <Title command={() => listCommand(kind)}>{title}</Title>
      <p class="hint">{about}</p>
      <Field class="search" typed={word} type="search">
        Find by name
      </Field>
      <NewFile kind={kind} />
      <Waiting asked={asked} what="the files" />
      {found && (
        <p role="status" class="count">
          {found.total.toLocaleString('en')} found
          {found.total > found.files.length ? `; the first ${found.files.length} are shown` : ''}
        </p>
      )}
      {found?.total === 0 && word.value === '' && (
        <Empty title="There is none yet">
          <p>
            Give the first one a name above. It is checked while you type, and nothing is in force before you save it.
          </p>
        </Empty>
      )}
      <ul class="file-list">
        {found?.files
          .toSorted((a, b) => natural.compare(a.name, b.name))
          .map(({ name, fault, profile, selector }) => (
            <li key={name}>
              <a href={configPath(kind, name)}>
                <Text>{name}</Text>
              </a>
              {kind === 'groups' && <GroupWords profile={profile} selector={selector} />}
              {fault !== '' && (
                <span class="state state-failed">
                  {' '}
                  <span aria-hidden="true">✖</span> broken
                </span>
              )}
            </li>
          ))}
      </ul>
    </>
  );
}

interface GroupWordsProps {
  readonly profile: string;
  readonly selector: Readonly<Record<string, string>>;
}

/** What a group gives to whom. */
function GroupWords({ profile, selector }: GroupWordsProps) {
  const wanted = Object.entries(selector).map(([key, value]) => `${key}=${value}`);
  return (
    <small class="moment">
      {' '}
      <Text>{profile}</Text> for <Text>{wanted.length === 0 ? 'every other machine' : wanted.join(', ')}</Text>
    </small>
  );
}

function NewFile({ kind }: { readonly kind: string }) {
  const name = useSignal('');
  return (
    <form
      class="form"
      onSubmit={(event) => {
        event.preventDefault();
        if (name.value.trim() !== '') go(configPath(kind, name.value.trim()));
      }}
    >
      <Field typed={name}>Name of a new one</Field>
      <button type="submit">Begin</button>
    </form>
  );
}
