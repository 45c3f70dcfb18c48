/** Debian's archives as this computer's apt is configured to reach them: where they are, and how a file comes from there. */
import { execFile, execFileSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);
const downloader = '/usr/lib/apt/apt-helper';

/** The archive has no such file. */
export class MissingFile extends Error {}

/**
 * Where Debian's archives are: releases stand side by side there, so that one is found whichever of them this computer runs.
 *
 * @param which the archive of releases, or of their security updates
 * @returns its base URL, with a slash at its end, as apt has it
 */
export function archiveOf(which: 'main' | 'security'): string {
  const format = '$(RELEASE) $(COMPONENT) $(REPO_URI)';
  const lines = execFileSync('apt-get', ['indextargets', '--format', format], { encoding: 'utf8' }).split('\n');
  const isOfIt = which === 'security' ? /^[a-z]+-security main / : /^[a-z]+ main /;
  const uri = lines.find((line) => isOfIt.test(line))?.split(' ')[2];
  if (!uri)
    throw new Error(`apt has no source for Debian's ${which} archive here, from which Debian could be installed`);
  return uri.endsWith('/') ? uri : `${uri}/`;
}

/** Whether a file can be had straight. */
export async function hasFile(url: string): Promise<boolean> {
  const response = await fetch(url, { method: 'HEAD' });
  return response.ok;
}

/** Whether apt goes to a proxy; what its own downloader knows of that is not known here. */
export function hasProxy(): boolean {
  return /^Acquire::https?::Proxy(-Auto-Detect)? "(?!DIRECT)[^"]/m.test(
    execFileSync('apt-config', ['dump'], { encoding: 'utf8' }),
  );
}

/**
 * Downloads a file: straight where nothing is in the way, which is quick, else by apt's own downloader, which has its proxies,
 * credentials and kinds of sources.
 *
 * @throws MissingFile
 */
export async function downloadFile(url: string, path: string, proxy: boolean): Promise<void> {
  if (!proxy && /^https?:/.test(url)) {
    const response = await fetch(url).catch(() => undefined);
    if (response?.status === 404) throw new MissingFile(`${url} is not there`);
    if (response?.ok) return writeFile(path, new Uint8Array(await response.arrayBuffer()));
  }
  try {
    await run(downloader, ['-q', 'download-file', url, path]);
  } catch (cause) {
    const said = String((cause as { stderr?: unknown }).stderr);
    if (said.includes('404  Not Found')) throw new MissingFile(`${url} is not there`);
    throw new Error(`apt cannot download ${url}: ${said}`, { cause });
  }
}
