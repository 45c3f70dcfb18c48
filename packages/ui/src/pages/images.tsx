/** Boot images: what there is below /assets, who boots what, and what is missing. */
import type { Asset } from 'matchbox/api';
import { files, site } from '../api/clients.ts';
import { useAsked } from '../live/ask.ts';
import { Copy } from '../parts/copy.tsx';
import { Empty, Waiting } from '../parts/notice.tsx';
import { Section } from '../parts/section.tsx';
import { Table } from '../parts/table.tsx';
import { Text } from '../parts/text.tsx';
import { Ago } from '../parts/time.tsx';
import { configPath, machinesPath } from '../route.ts';
import { size, textOf } from '../text/bytes.ts';
import { termValue } from '../text/machine-query.ts';
import { visible } from '../text/visible.ts';
import { type BootImage, pathOfImage, usedImages } from './boot-image.ts';
import { ImageGet } from './image-get.tsx';

const maxProfiles = 200;
const atOnce = 8;
const getCommand = 'matchbox get flatcar --assets-path /var/lib/matchbox/assets';

export function Images() {
  const used = useAsked(askUsed, []);
  const listed = useAsked((signal) => site.assetList({}, { signal }), []);
  const images = used.value?.images ?? [];
  const assets = listed.value?.assets ?? [];
  const isKnown = used.value !== undefined && listed.value !== undefined;
  return (
    <>
      <div class="title-row">
        <h1>Images</h1>
        <Copy isMark text={() => getCommand}>
          Copy the command that downloads one
        </Copy>
      </div>
      <Waiting asked={used} what="profiles" />
      <Waiting asked={listed} what="the assets" />
      {isKnown && images.length === 0 && assets.length === 0 && (
        <Empty title="There is no image, and no profile boots one">
          <p>
            Download one below, or on the server’s host: <code>{getCommand}</code>
          </p>
        </Empty>
      )}
      {used.value && used.value.left > 0 && <p class="warning">{used.value.left} more profiles are not looked at.</p>}
      {images.length > 0 && <Used images={images} assets={listed.value === undefined ? undefined : assets} />}
      <ImageGet onDone={listed.again} />
      {listed.value && <Listed assets={assets} images={images} more={listed.value.more} fault={listed.value.fault} />}
    </>
  );
}

function Used({
  images,
  assets,
}: {
  readonly images: readonly BootImage[];
  readonly assets: readonly Asset[] | undefined;
}) {
  const byPath = new Map(assets?.map((asset) => [asset.path, asset]));
  return (
    <Section id="used" title="What profiles boot">
      <Table titles={['Image', 'As', 'Here', 'Profiles that boot it']}>
        {images.map(({ path, role, profiles }) => (
          <tr key={`${role} ${path}`}>
            <td>
              <Text>{path}</Text>
            </td>
            <td>{role}</td>
            <td>{assets === undefined ? '…' : <Here path={path} byPath={byPath} />}</td>
            <td>
              {profiles.map((profile) => (
                <span key={profile} class="item">
                  <a href={configPath('profiles', profile)}>
                    <Text>{profile}</Text>
                  </a>{' '}
                  (
                  <a href={machinesPath(`profile:${termValue(profile)}`)}>
                    machines<span class="sr"> of {visible(profile)}</span>
                  </a>
                  )
                </span>
              ))}
            </td>
          </tr>
        ))}
      </Table>
    </Section>
  );
}

function Here({ path, byPath }: { readonly path: string; readonly byPath: ReadonlyMap<string, Asset> }) {
  const local = pathOfImage(path);
  if (local === undefined) return <>from elsewhere</>;
  const asset = byPath.get(local);
  if (asset !== undefined) return <>{size(Number(asset.sizeBytes))}</>;
  return (
    <strong class="state state-failed">
      <span aria-hidden="true">✖</span> missing
    </strong>
  );
}

interface ListedProps {
  readonly assets: readonly Asset[];
  readonly images: readonly BootImage[];
  readonly more: boolean;
  readonly fault: string;
}

function Listed({ assets, images, more, fault }: ListedProps) {
  const users = new Map<string, Set<string>>();
  for (const { path, profiles } of images) {
    const local = pathOfImage(path);
    if (local !== undefined) users.set(local, new Set([...(users.get(local) ?? []), ...profiles]));
  }
  return (
    <Section id="assets" title={`Files below /assets: ${assets.length.toLocaleString('en')}`}>
      {fault !== '' && (
        <p class="warning">
          <Text>{fault}</Text>
        </p>
      )}
      {more && <p class="hint">There are more than are listed here.</p>}
      {assets.length > 0 && (
        <Table titles={['File', 'Size', 'Changed', 'Booted by']}>
          {assets.map(({ path, sizeBytes, modifiedMs }) => (
            <tr key={path}>
              <td>
                <Text>{path}</Text>
              </td>
              <td>{size(Number(sizeBytes))}</td>
              <td>
                <Ago ms={modifiedMs} />
              </td>
              <td>
                <Text>{[...(users.get(path) ?? [])].join(', ') || 'no profile names it'}</Text>
              </td>
            </tr>
          ))}
        </Table>
      )}
    </Section>
  );
}

async function askUsed(signal: AbortSignal): Promise<{ images: BootImage[]; left: number }> {
  const { files: listed, total } = await files.fileList({ kind: 'profiles' }, { signal });
  const names = listed.slice(0, maxProfiles).map(({ name }) => name);
  const texts = new Map<string, string>();
  const queue = [...names];
  const work = async () => {
    for (let name = queue.shift(); name !== undefined; name = queue.shift()) {
      const { content } = await files.fileGet({ kind: 'profiles', name }, { signal });
      texts.set(name, textOf(content) ?? '');
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return { images: usedImages(texts), left: total - names.length };
}
