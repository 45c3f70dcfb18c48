/** What other programs may build on: the server, and the answers it gives, without it. */
export { type AnswerContext, answer } from './answer/answer.ts';
export { type Catalog, openCatalog } from './data/catalog.ts';
export type { Group } from './data/group.ts';
export type { Profile } from './data/profile.ts';
export type { Snapshot } from './data/snapshot.ts';
export { dataAccess } from './data-access.ts';
export { explain } from './foresight/explain/explain.ts';
export { validate } from './foresight/validate/validate.ts';
export { createLogger, type Logger } from './log/log.ts';
export { type RunningServer, type ServerOptions, start } from './start.ts';
export { StartError } from './start-error.ts';
export { openFileStore } from './store/file.ts';
