/** Where the page is: its path and query, as a signal. Links are links; only their clicks are taken over. */
import { computed, signal } from '@preact/signals';

export interface Place {
  readonly path: string;
  readonly query: string;
}

const placeNow = (): Place => ({ path: location.pathname, query: location.search });

export const place = signal<Place>(placeNow());
/** Parts of the path, decoded. */
export const parts = computed(() => place.value.path.split('/').slice(1).map(decoded));

export function go(href: string, how: 'push' | 'replace' = 'push'): void {
  const to = new URL(href, location.href);
  history[how === 'push' ? 'pushState' : 'replaceState'](null, '', to);
  place.value = placeNow();
}

export function parameter(name: string): string {
  return new URLSearchParams(place.value.query).get(name) ?? '';
}

/** The same view with one parameter otherwise; in the history only where `how` says so. */
export function setParameter(name: string, value: string, how: 'push' | 'replace' = 'replace'): void {
  const parameters = new URLSearchParams(location.search);
  if (value === '') parameters.delete(name);
  else parameters.set(name, value);
  const text = parameters.toString();
  go(`${location.pathname}${text === '' ? '' : `?${text}`}`, how);
}

export function watchPlace(): void {
  addEventListener('popstate', () => {
    place.value = placeNow();
  });
  document.addEventListener('click', (event) => {
    if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey) return;
    const link = (event.target as Element | null)?.closest('a[href]');
    if (!(link instanceof HTMLAnchorElement) || link.target !== '' || link.hasAttribute('download')) return;
    if (link.origin !== location.origin || link.hash !== '') return;
    event.preventDefault();
    go(link.href);
  });
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

export const machinePath = (id: string): string => `/machine/${encodeURIComponent(id)}`;
export const rolloutPath = (name: string): string => `/rollouts/${encodeURIComponent(name)}`;
export const configPath = (kind: string, name: string): string =>
  `/config/${kind}/${name.split('/').map(encodeURIComponent).join('/')}`;
export const machinesPath = (query: string): string =>
  `/machines${query === '' ? '' : `?q=${encodeURIComponent(query)}`}`;

/** Of a file as messages name it: `groups/node1.json`. */
export function pathOfFile(file: string): string {
  const [kind = '', ...name] = file.split('/');
  const joined = name.join('/');
  return configPath(
    kind,
    kind === 'groups' || kind === 'profiles' || kind === 'networks' ? joined.replace(/\.json$/, '') : joined,
  );
}
