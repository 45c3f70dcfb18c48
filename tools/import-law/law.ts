/** What a file imports against what its room may: pure, one file at a time. */
import { posix } from 'node:path';
import { forTests, loaders, type Room, rooms, socketFiles, socketGlobals, socketModules, standIns } from './rooms.ts';
import { type Import, type Uses, usesOf } from './uses.ts';

export interface Fault {
  /** Below the repository. */
  readonly file: string;
  /** From 1. */
  readonly line: number;
  readonly message: string;
}

/** A source file: its path below the repository, and its text. */
export interface Source {
  readonly file: string;
  readonly text: string;
}

/** @param file path below the repository; it need not exist */
export function faultsOf({ file, text }: Source): Fault[] {
  const uses = usesOf(file, text);
  const room = roomOf(file);
  if (room === undefined) return [{ file, line: 1, message: 'is in no room of tools/import-law/rooms.ts' }];
  const ofImports = uses.imports.flatMap((one) => {
    const message = importFault(file, room, one);
    return message === undefined ? [] : [{ file, line: one.line, message }];
  });
  return [...ofImports, ...actingFaults(file, uses)];
}

/** The room with the longest path that fits. */
function roomOf(file: string): Room | undefined {
  let best: { readonly room: Room; readonly length: number } | undefined;
  for (const room of rooms) {
    for (const path of room.paths) {
      const fits = path.endsWith('/') ? file.startsWith(path) : file === path;
      if (fits && path.length > (best?.length ?? -1)) best = { room, length: path.length };
    }
  }
  return best?.room;
}

/** Tests and what only they use. */
export function isTest(file: string): boolean {
  return /\.(test|contract|bench)\.ts$/.test(file) || file.startsWith('tests/');
}

/** The file that a relative import means. */
export function targetOf(file: string, specifier: string): string {
  return posix.join(posix.dirname(file), specifier);
}

function importFault(file: string, room: Room, { specifier }: Import): string | undefined {
  if (specifier === undefined && loaders.includes(file)) return undefined;
  if (specifier === undefined) return 'imports what is known only when it runs: write out what there is';
  const test = isTest(file);
  if (specifier.startsWith('.')) return relativeFault(file, room, specifier);
  if (specifier.startsWith('node:')) {
    const name = specifier.slice('node:'.length);
    const allowed: readonly string[] = test ? [...room.builtin, ...forTests.builtin] : room.builtin;
    if (allowed.includes(name)) return undefined;
    return `imports ${specifier}: of Node’s modules ${room.name} may import ${listed(room.builtin)}`;
  }
  const allowed: readonly string[] = test ? [...room.packages, ...forTests.packages] : room.packages;
  if (allowed.includes(specifier)) return undefined;
  return `imports ${specifier}: of packages ${room.name} may import ${listed(room.packages)}`;
}

function relativeFault(file: string, room: Room, specifier: string): string | undefined {
  const target = targetOf(file, specifier);
  // Style sheets and data belong to who imports them.
  if (!/\.[jt]sx?$/.test(target)) return undefined;
  const other = roomOf(target);
  if (other === undefined) return `imports ${specifier}, which is in no room`;
  if (other === room || room.on.includes(other.name)) return undefined;
  if (isTest(file) && isForTests(target, file)) return undefined;
  return `imports ${specifier}: ${room.name} may not import ${other.name}, but ${listed(room.on)}`;
}

/** Stand-ins, what tests share, and every entrance of the package that is tested. */
function isForTests(target: string, file: string): boolean {
  if (target.startsWith('tests/') || standIns.includes(target)) return true;
  const [, library] = /^(packages\/(?!matchbox\/)[^/]+\/)/.exec(file) ?? [];
  return library !== undefined && target.startsWith(library);
}

/** Sockets outside of the files that are listed, and code that the law cannot see. */
function actingFaults(file: string, { imports, globals }: Uses): Fault[] {
  if (!file.startsWith('packages/') || isTest(file)) return [];
  const opened = [
    ...imports.filter(({ specifier, isType }) => !isType && isSocketModule(specifier)).map(socketImport),
    ...globals.filter(({ name }) => isSocketGlobal(name)),
  ];
  const listedHere = socketFiles.includes(file);
  if (listedHere && opened.length === 0) {
    return [{ file, line: 1, message: 'is listed among the files that open sockets, and opens none' }];
  }
  const sockets = listedHere
    ? []
    : opened.map(({ line, name }) => ({
        file,
        line,
        message: `uses ${name}, and is not among the files that may open sockets (tools/import-law/rooms.ts)`,
      }));
  const loading = globals
    .filter(({ name }) => !isSocketGlobal(name))
    .map(({ line, name }) => ({ file, line, message: `uses ${name}, which loads code that nobody sees here` }));
  return [...sockets, ...loading];
}

function socketImport({ line, specifier }: Import): { readonly line: number; readonly name: string } {
  return { line, name: String(specifier) };
}

function isSocketModule(specifier: string | undefined): boolean {
  return socketModules.some((name) => specifier === `node:${name}`);
}

function isSocketGlobal(name: string): boolean {
  return (socketGlobals as readonly string[]).includes(name);
}

function listed(names: readonly string[]): string {
  return names.length === 0 ? 'nothing' : names.join(', ');
}
