/** What a killed process left in the data directory: finished at the start, and tidied up. */
import { systemMessage } from '@matchbox/gotext';
import type { Logger } from './log/log.ts';
import { finishJournal } from './store/journal.ts';
import { removeStaleTemporaries } from './store/stale-temporaries.ts';

/** A process that was killed between two files of one change has left word of the rest. */
export async function finishCommit(dataPath: string, logger: Logger): Promise<void> {
  try {
    const files = await finishJournal(dataPath);
    if (files > 0) logger.info('finished a change that a killed process had begun', { files });
  } catch (error) {
    logger.error(`a change that a killed process had begun cannot be finished: ${systemMessage(error)}`);
  }
}

/** Nobody waits for it: the server is up meanwhile. */
export async function tidy(dataPath: string, logger: Logger): Promise<void> {
  for (const file of await removeStaleTemporaries(dataPath)) {
    logger.info('removed a file that a killed process had left half-written', { file });
  }
}
