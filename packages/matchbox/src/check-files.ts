/** Looks whether what the options name is there, before anything is started. */
import { statSync } from 'node:fs';
import type { ServerOptions } from './server-options.ts';
import { StartError } from './start-error.ts';
import { checkRpcFiles } from './start-rpc.ts';
import { fileStoreSetup, usesEngine } from './start-store.ts';
import { checkWeb } from './start-web.ts';
import { checkUi } from './ui-options.ts';

/** Looks at folders and files in upstream's order. @throws StartError for the first that is not */
export function checkFiles({
  dataPath,
  assetsPath,
  rpc,
  address,
  web,
  ui,
  store = fileStoreSetup,
}: ServerOptions): void {
  checkFolders(usesEngine(store) ? undefined : dataPath, assetsPath);
  if (rpc) checkRpcFiles(rpc);
  checkWeb(address, web);
  if (ui) checkUi(ui);
}

function checkFolders(dataPath: string | undefined, assetsPath: string): void {
  if (dataPath !== undefined && !isFolder(dataPath)) {
    const advice = `There is no folder ${JSON.stringify(dataPath)}: -data-path names the one that has groups/ and profiles/ in it.`;
    throw new StartError('bad_path', 'A valid -data-path is required', { advice });
  }
  if (assetsPath !== '' && !isFolder(assetsPath)) {
    const advice = "There is no such folder: make it, name another with -assets-path, or serve none: -assets-path=''";
    const message = `Provide a valid -assets-path or '' to disable asset serving: ${assetsPath}`;
    throw new StartError('bad_path', message, { advice });
  }
}

function isFolder(path: string): boolean {
  return path !== '' && (statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false);
}
