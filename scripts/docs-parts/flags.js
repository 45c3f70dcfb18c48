// The server's flags, from the table that the server reads them with.
import { serverFlags, variableOf } from '../../packages/matchbox/dist/cli/flags.js';
import { code, table } from './table.js';

export function serverFlagTable() {
  const rows = serverFlags.map(({ name, type, default: value, help, added }) => [
    code(`-${name}`),
    code(variableOf(name)),
    type === 'bool' ? 'off' : value === '' ? '' : code(value),
    help,
    added ? 'new' : '',
  ]);
  return table(['flag', 'variable', 'default', 'what it is', ''], rows);
}
