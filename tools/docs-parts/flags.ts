/** The server's flags, from the table that the server reads them with. */
import { serverFlags, variableOf } from 'matchbox/tables';
import { code, table } from './table.ts';

export function serverFlagTable(): string {
  const rows = serverFlags.map(({ name, type, default: value, help, ...more }) => [
    code(`-${name}`),
    code(variableOf(name)),
    type === 'bool' ? 'off' : value === '' ? '' : code(value),
    help,
    'added' in more ? 'new' : '',
  ]);
  return table(['flag', 'variable', 'default', 'what it is', ''], rows);
}
