/** Holds the primary's process id in the environment of a worker: whatever else it is handed on to has another parent. */
export const workerVariable = 'MATCHBOX_WORKER_OF';
