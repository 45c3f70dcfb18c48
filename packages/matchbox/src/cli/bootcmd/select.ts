/** `bootcmd select`: which group and profile a machine with these labels gets. */

import { ApiError } from './api.ts';
import { BootcmdError } from './error.ts';
import { groupValue, printCommand, printData, printTable, profileValue } from './output.ts';

export const selectCommand = printCommand(
  {
    name: 'select',
    short: 'Show what a machine with these labels gets',
    long: 'Show the group and the profile that a machine with these labels gets, such as mac=52:54:00:a1:9c:ae os=installed',
    args: '[LABEL=VALUE ...]',
    added: true,
  },
  async (session, form) => {
    const labels = new Map(session.flags.args.map(parseLabel));
    const client = await session.connect();
    const group = await client.selectGroup(labels);
    const profile = await client.selectProfile(labels).catch((error: unknown) => {
      if (error instanceof ApiError && error.status === 'NotFound') return undefined;
      throw error;
    });
    if (form === 'json' || form === 'yaml') {
      return printData(
        {
          fields: [
            ['group', groupValue(group)],
            ['profile', profile ? profileValue(profile) : null],
          ],
        },
        form,
      );
    }
    const head = ['GROUP', 'PROFILE', 'IGNITION', 'CLOUD', 'GENERIC', 'KERNEL'];
    const found = profile
      ? [profile.id, profile.ignitionId, profile.cloudId, profile.genericId, profile.boot?.kernel ?? '']
      : [`${group.profile} (there is no such profile)`, '', '', '', ''];
    return printTable([head, [group.id, ...found]]);
  },
);

function parseLabel(text: string): [string, string] {
  const equals = text.indexOf('=');
  if (equals <= 0)
    throw new BootcmdError(`${JSON.stringify(text)} is no label: wanted LABEL=VALUE such as mac=52:54:00:a1:9c:ae`);
  return [text.slice(0, equals), text.slice(equals + 1)];
}
