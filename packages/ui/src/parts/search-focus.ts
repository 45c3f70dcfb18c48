/** `/` goes to the search of a view; of one that has none it goes to the list of machines, and to the search there. */
import { go } from '../route.ts';

let isWanted = false;

export function toSearch(): void {
  if (focusSearch()) return;
  isWanted = true;
  go('/machines');
}

/** Where the focus goes when another view was opened. @returns whether it went to the search, as somebody wanted */
export function tookFocus(): boolean {
  const took = isWanted && focusSearch();
  isWanted = false;
  return took;
}

/** @returns whether the view has one */
function focusSearch(): boolean {
  const search = document.querySelector<HTMLInputElement>('input[type=search]');
  search?.focus();
  return search !== null;
}
