/** What is used of Node's SQLite, which the types of the oldest Node that we support do not know. */
declare module 'node:sqlite' {
  export class DatabaseSync {
    constructor(path: string);
    exec(sql: string): void;
    prepare(sql: string): { run(...values: (string | number | bigint | null)[]): unknown };
    close(): void;
  }
}
