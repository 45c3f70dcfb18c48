// Ignition's names as Butane writes them.
import type { Path } from './yaml/index.ts';

/** The path with its camel-case names in snake case: `sizeMiB` → `size_mib`. */
export function snakePath(path: Path): Path {
  return path.map((step) => (typeof step === 'string' ? snakeCase(step) : step));
}

const snakes = new Map<string, string>();

export function snakeCase(name: string): string {
  let snake = snakes.get(name);
  if (snake === undefined) {
    snake = name.replace(/MiB|[A-Z]/g, (upper) => `_${upper}`).toLowerCase();
    // Only the names of the schemas come here often; a user's own (labels) must not fill the memory.
    if (snakes.size < 1000) snakes.set(name, snake);
  }
  return snake;
}
