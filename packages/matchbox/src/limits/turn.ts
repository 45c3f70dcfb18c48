/** Asked before a piece of long work. @returns undefined if it may be done now; else resolves when it may */
export type Turn = () => Promise<void> | undefined;
