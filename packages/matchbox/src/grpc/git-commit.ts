/**
 * Commits single files of the data path with the git program: exactly the bytes that were written, whatever is in the work
 * tree by then, without hooks and without touching what the user has staged.
 */
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Git did not do what it was asked; the message is its own. */
export class GitError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'GitError';
  }
}

export interface CommitRequest {
  /** Relative to the data path, with forward slashes. */
  readonly path: string;
  /** undefined: the file was deleted. */
  readonly content: Uint8Array | undefined;
  readonly authorName: string;
  readonly authorEmail: string;
  readonly message: string;
  readonly time: Date;
}

const timeoutMs = 30_000;
const maxOutputBytes = 1024 * 1024;

/** Settings that must not be the user's: a hook could hang, a signature could ask for a passphrase. */
const settings = [
  'core.hooksPath=/dev/null',
  'commit.gpgSign=false',
  'core.autocrlf=false',
  'gc.auto=0',
  'core.quotePath=false',
];

/**
 * @returns the folder of the data path inside its repository: '' or `some/folder/`
 * @throws Error with git's own text if the data path is in no repository that this user may use
 */
export async function findRepository(dataPath: string): Promise<string> {
  return (await git(dataPath, ['rev-parse', '--show-prefix'])).replace(/\n$/, '');
}

/**
 * Adds one commit on top of HEAD.
 * @param prefix from {@link findRepository}
 * @returns the commit's hash; '' if HEAD has the same content already
 */
export async function commitFile(dataPath: string, prefix: string, request: CommitRequest): Promise<string> {
  const scratch = await mkdtemp(join(tmpdir(), 'matchbox-git-'));
  try {
    return await commitWithIndex(dataPath, prefix, request, join(scratch, 'index'));
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

async function commitWithIndex(
  dataPath: string,
  prefix: string,
  request: CommitRequest,
  indexFile: string,
): Promise<string> {
  const index = { GIT_INDEX_FILE: indexFile };
  const head = await git(dataPath, ['rev-parse', '--verify', '--quiet', 'HEAD']).then(
    (text) => text.trim(),
    () => undefined,
  );
  await git(dataPath, head === undefined ? ['read-tree', '--empty'] : ['read-tree', head], { env: index });
  const entry = await indexEntry(dataPath, prefix, request);
  await git(dataPath, ['update-index', ...entry], { env: index });
  const tree = (await git(dataPath, ['write-tree'], { env: index })).trim();
  if (head !== undefined && tree === (await git(dataPath, ['rev-parse', `${head}^{tree}`])).trim()) return '';
  const parents = head === undefined ? [] : ['-p', head];
  const commit = (
    await git(dataPath, ['commit-tree', tree, ...parents], {
      env: identityEnvironment(request),
      input: request.message,
    })
  ).trim();
  await git(dataPath, ['update-ref', '-m', 'matchbox', 'HEAD', commit, head ?? '0'.repeat(commit.length)]);
  // The user's own index learns about this one path, so that `git status` shows no phantom change.
  await git(dataPath, ['update-index', ...entry]);
  return commit;
}

/** Quirk: git takes the path of a file to forget from the current folder, and that of one to add from the top (git, builtin/update-index.c). */
async function indexEntry(dataPath: string, prefix: string, { path, content }: CommitRequest): Promise<string[]> {
  if (content === undefined) return ['--force-remove', '--', path];
  const blob = (await git(dataPath, ['hash-object', '-w', '--stdin'], { input: content })).trim();
  return ['--add', '--cacheinfo', `100644,${blob},${prefix}${path}`];
}

/** Git refuses some characters in names and cannot do with an empty one. */
function identityEnvironment(request: CommitRequest): Record<string, string> {
  const clean = (text: string) => text.replace(/[<>\p{Cc}]/gu, '').trim();
  const date = request.time.toISOString();
  return {
    GIT_AUTHOR_NAME: clean(request.authorName) || 'unknown client',
    GIT_AUTHOR_EMAIL: clean(request.authorEmail),
    GIT_AUTHOR_DATE: date,
    GIT_COMMITTER_NAME: 'matchbox',
    GIT_COMMITTER_EMAIL: '',
    GIT_COMMITTER_DATE: date,
  };
}

export interface LoggedCommit {
  readonly time: string;
  readonly author: string;
  readonly title: string;
  /** From the first hunk on. */
  readonly diff: string;
}

/** @param path from the top of the repository @returns the newest first; none where nothing was committed yet. @throws GitError */
export async function fileLog(dataPath: string, path: string, count: number): Promise<LoggedCommit[]> {
  const hasHead = await git(dataPath, ['rev-parse', '--verify', '--quiet', 'HEAD']).then(
    () => true,
    () => false,
  );
  if (!hasHead) return [];
  const format = '--format=%x00%aI%x1f%an%x1f%s%x1f';
  const plain = ['--no-ext-diff', '--no-textconv', '--no-color'];
  const text = await git(dataPath, ['log', format, '-p', ...plain, `-n${count}`, '--', `:(top,literal)${path}`]);
  return text
    .split('\0')
    .slice(1)
    .map((commit) => {
      const [time = '', author = '', title = '', ...rest] = commit.split('\x1f');
      const patch = rest.join('\x1f');
      return { time, author, title, diff: patch.slice(Math.max(0, patch.indexOf('\n@@') + 1)).trimEnd() };
    });
}

interface GitOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string | Uint8Array;
}

function git(folder: string, args: readonly string[], options: GitOptions = {}): Promise<string> {
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('GIT_'));
  return new Promise((resolve, reject) => {
    const child = execFile(
      'git',
      [...settings.flatMap((setting) => ['-c', setting]), ...args],
      {
        cwd: folder,
        env: { ...Object.fromEntries(inherited), GIT_TERMINAL_PROMPT: '0', LC_ALL: 'C', ...options.env },
        timeout: timeoutMs,
        killSignal: 'SIGKILL',
        maxBuffer: maxOutputBytes,
      },
      (error, stdout, stderr) => {
        if (error) reject(new GitError(`git ${args[0]}: ${stderr.trim() || error.message}`, { cause: error }));
        else resolve(stdout);
      },
    );
    // A program that ends before it has read its input must not take the server with it.
    child.stdin?.on('error', () => {});
    child.stdin?.end(options.input ?? '');
  });
}
