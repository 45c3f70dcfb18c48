// Finds modes that were meant to be octal but were written in decimal.

/** Does `mode` look like a decimal number that would be a usual mode if it were octal? */
export function looksDecimal(mode: number, directory: boolean): boolean {
  const octal = /^[0-7]{1,4}$/.test(String(mode)) ? Number.parseInt(String(mode), 8) : undefined;
  return octal !== undefined && !isUsual(mode, directory) && isUsual(octal, directory);
}

/** Would nobody be surprised by this mode? */
function isUsual(mode: number, directory: boolean): boolean {
  // Nothing at all is fine: root may do everything anyway.
  if (mode === 0) return true;
  const others = mode & 7;
  const group = (mode >> 3) & 7;
  const user = (mode >> 6) & 7;
  // Whoever is closer to the file may do at least what those further away may.
  if ((others & ~group) !== 0 || (group & ~user) !== 0) return false;
  // To read without executing is odd where somebody closer may execute, and so is anything without reading.
  if ([others, group, user].some((bits) => bits !== 0 && (bits & 4) === 0)) return false;
  if ((user & 1) !== 0 && ((group & 5) === 4 || (others & 5) === 4)) return false;
  if ((user & 4) === 0) return false;
  const executable = (user & 1) !== 0;
  const writable = (user & 2) !== 0;
  const special = (mode >> 9) & 7;
  if (directory) return executable && (special & 4) === 0 && ((special & 3) === 0 || writable);
  if ((special & 6) !== 0 && (!executable || (others & 2) !== 0)) return false;
  return (special & 1) === 0;
}
