/** Opens the state of machines in an engine that several servers share. */
import type { Logger } from './log/log.ts';
import { StateError, type StateStore } from './machines/state-store.ts';
import { StartError } from './start-error.ts';
import type { StateEngine } from './state/shared/engine.ts';

/** @throws StartError for an engine that there is not, and one that refuses; one that is away is waited for in the background */
export async function openEngineState(url: string, logger: Logger): Promise<StateStore> {
  const { openSharedState } = await import('./state/shared/shared-state.ts');
  try {
    return await openSharedState(await engineOf(url), logger);
  } catch (error) {
    if (!(error instanceof StateError)) throw error;
    throw new StartError('bad_path', `-state: ${error.message.replace(/^-store: /, '')}`, { cause: error });
  }
}

/** The code of an engine is loaded where it is wanted. */
async function engineOf(url: string): Promise<StateEngine> {
  const scheme = /^[a-z]+(?=:\/\/)/.exec(url)?.[0] ?? '';
  if (scheme === 'postgres' || scheme === 'postgresql') {
    return (await import('./state/shared/postgres.ts')).openPostgresState(url);
  }
  if (scheme === 'etcd' || scheme === 'etcds') return (await import('./state/shared/etcd.ts')).openEtcdState(url);
  throw new StartError('bad_path', '-state: no engine: wanted store, postgres://… or etcd://…');
}
