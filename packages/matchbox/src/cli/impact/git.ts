/** Runs git's plumbing in a folder: read only, bounded in time and output. */
import { spawn } from 'node:child_process';
import { ImpactError, type ImpactErrorCode } from './error.ts';

export interface GitOptions {
  readonly input?: string;
  readonly signal?: AbortSignal;
}

/** Revisions of this many bytes in all can be read. */
const maxOutputBytes = 1024 * 1024 * 1024;
const maxErrorCharacters = 4000;
const timeoutMs = 120_000;

/**
 * @param args a subcommand and its arguments; nothing in them is read by a shell
 * @throws ImpactError `no_repository`; `git_denied` where it fails without a word; `git` with its own words when it fails otherwise, or is not there
 */
export function git(folder: string, args: readonly string[], options: GitOptions = {}): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const fail = (message: string, cause?: unknown, code: GitErrorCode = 'git') =>
      reject(new ImpactError(code, message, { cause }));
    const signals = [AbortSignal.timeout(timeoutMs), ...(options.signal ? [options.signal] : [])];
    const child = spawn('git', ['-c', 'core.quotePath=false', '-c', 'core.fsmonitor=false', ...args], {
      cwd: folder,
      env: environment(),
      stdio: 'pipe',
      signal: AbortSignal.any(signals),
      killSignal: 'SIGKILL',
    });
    const chunks: Buffer[] = [];
    let size = 0;
    let said = '';
    child.stdout.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= maxOutputBytes) chunks.push(chunk);
      else child.kill('SIGKILL');
    });
    child.stderr.on('data', (chunk: Buffer) => {
      if (said.length < maxErrorCharacters) said += chunk.toString();
    });
    // A git that ends before it has read everything says why itself.
    child.stdin.on('error', () => {});
    child.stdin.end(options.input ?? '');
    child.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') fail('the program git is not there (or not in PATH); it reads the revision', error);
      else if (error.name === 'AbortError') fail(`git ${args[0]} was stopped, or took over ${timeoutMs / 1000} s`);
      else fail(`git ${args[0]} cannot be run: ${error.message}`, error);
    });
    child.on('close', (code) => {
      if (size > maxOutputBytes) fail(`git ${args[0]}: more than ${maxOutputBytes} bytes of files`);
      else if (code !== 0) fail(`git ${args[0]}: ${said.trim() || `ended with code ${code}`}`, undefined, codeOf(said));
      else resolve(Buffer.concat(chunks));
    });
  });
}

type GitErrorCode = Extract<ImpactErrorCode, 'git' | 'no_repository' | 'git_denied'>;

/** Quirk: git ends with code 128 whatever is wrong, and tells the rest in words (git, usage.c, die); it is asked for them in English. */
function codeOf(said: string): GitErrorCode {
  if (said.trim() === '') return 'git_denied';
  return /^fatal: not a git repository/m.test(said) ? 'no_repository' : 'git';
}

/** What a hook, or a rebase that runs us, says about its own repository; that may be another one. */
const ofAnotherRepository: readonly string[] = [
  'GIT_ALTERNATE_OBJECT_DIRECTORIES',
  'GIT_COMMON_DIR',
  'GIT_DIR',
  'GIT_GRAFT_FILE',
  'GIT_IMPLICIT_WORK_TREE',
  'GIT_INDEX_FILE',
  'GIT_NAMESPACE',
  'GIT_OBJECT_DIRECTORY',
  'GIT_PREFIX',
  'GIT_SHALLOW_FILE',
  'GIT_WORK_TREE',
];

/** Answers are to be read by us, and nobody is asked for a password. */
function environment(): Record<string, string | undefined> {
  const inherited = Object.entries(process.env).filter(([name]) => !ofAnotherRepository.includes(name));
  return { ...Object.fromEntries(inherited), GIT_TERMINAL_PROMPT: '0', GIT_OPTIONAL_LOCKS: '0', LC_ALL: 'C' };
}
