/** Rooms that nobody looks at: their paths are missing in MAINTAINERS.md. */
import { rooms } from './rooms.ts';

/** The folder of the files at the top has the rooms in it, each on its own. */
const ofEverybody = 'packages/matchbox/src/';

/** @returns folders of rooms that lie in none of the folders that the text names */
export function unreviewed(text: string): string[] {
  const paths = [...text.matchAll(/`([\w./-]+\/)`/g)].map(([, path = '']) => path);
  const folders = rooms.flatMap((room) => room.paths).filter((path) => path.endsWith('/') && path !== ofEverybody);
  return folders.filter((folder) => !paths.some((path) => folder.startsWith(path)));
}
