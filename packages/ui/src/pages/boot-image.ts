/** Which images profiles name, and which of them this server has to have. */

export interface BootImage {
  /** As the profile has it, without what an initrd is called. */
  readonly path: string;
  readonly role: 'kernel' | 'initrd';
  readonly profiles: readonly string[];
}

/** @param profiles texts of profiles by id; broken ones name nothing */
export function usedImages(profiles: ReadonlyMap<string, string>): BootImage[] {
  const found = new Map<string, { path: string; role: BootImage['role']; profiles: string[] }>();
  const add = (role: BootImage['role'], value: unknown, profile: string) => {
    // `--name main URL` calls it so on the kernel's command line.
    const path = typeof value === 'string' ? value.trim().split(/\s+/).at(-1)! : '';
    if (path === '') return;
    const image = found.get(`${role} ${path}`) ?? { path, role, profiles: [] };
    image.profiles.push(profile);
    found.set(`${role} ${path}`, image);
  };
  for (const [id, text] of profiles) {
    const boot = bootOf(text);
    add('kernel', boot.kernel, id);
    for (const initrd of Array.isArray(boot.initrd) ? boot.initrd : []) add('initrd', initrd, id);
  }
  return [...found.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** @returns where it lies below /assets; undefined for what comes from another server, or is known when it is asked for */
export function pathOfImage(path: string): string | undefined {
  const [, local] = /^(?:https?:\/\/[^/]*)?(\/assets\/[^?#]*)/.exec(path) ?? [];
  return local === undefined || local.includes('${') ? undefined : decoded(local);
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

function bootOf(text: string): { readonly kernel?: unknown; readonly initrd?: unknown } {
  try {
    return (JSON.parse(text) as { boot?: { kernel?: unknown; initrd?: unknown } }).boot ?? {};
  } catch {
    return {};
  }
}
