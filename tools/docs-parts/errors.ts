/** Every way in which a request can end: from the code's closed lists, with what to do about it. */
import { labelValues, reasons, statusOfReason } from 'matchbox/tables';
import { code, table, wordsFor } from './table.ts';

/** What happened, and what to do. */
type Words = readonly [string, string];

const answered: Readonly<Record<string, Words>> = {
  ok: ['It was answered.', ''],
  no_group: [
    'No group matches the labels, and there is no default group.',
    '`matchbox explain` shows which group came near; or add a group without a selector.',
  ],
  no_profile: ['The group’s profile does not exist.', 'Write `profiles/ID.json`, or correct `profile` in the group.'],
  no_boot: [
    '`/ipxe` or `/grub` was asked for and the profile has no `boot` section.',
    'Add one, or let another group win for machines that boot from the network.',
  ],
  no_template: [
    'The profile names no template for this endpoint, or one that does not exist.',
    'The body says which field and which file.',
  ],
  profile_broken: [
    'The profile’s file cannot be read as a profile, and never could since the server runs.',
    'Mend it; the body has line and column.',
  ],
  template_unreadable: ['The template’s file cannot be read.', 'Look at its permissions and its kind.'],
  template_error: [
    'The template cannot be parsed, or failed with this machine’s variables, such as a key that its group does not have.',
    'The body has line and column. `matchbox render` shows the line.',
  ],
  cloud_invalid: [
    'What `/cloud` rendered is neither a script (`#!`) nor `#cloud-config` with YAML.',
    'Mend the template at the place that the body names; below it stands the line as it was rendered.',
  ],
  butane_error: [
    'The rendered Butane config cannot be translated.',
    'The body has the report: each entry with its place in the template and the line as it was rendered. `matchbox render ignition QUERY` shows the template’s line too.',
  ],
  ignition_invalid: ['An `.ign` file is not valid Ignition.', 'The body has the whole report.'],
  version_unacceptable: [
    'The config’s Ignition version is newer than the machine’s Ignition reads.',
    'Use an older `version:` in the Butane config, or a newer image.',
  ],
  on_hold: [
    'The default group would win, but a group file is broken that may be about this machine.',
    'Mend the file that the body names; the machine asks again by itself.',
  ],
  machine_held: [
    'An operator holds the machine, or it began the same installation again and again and its policy is to hold it then.',
    '`bootcmd machine show` says which; `bootcmd machine release` lets it boot.',
  ],
  boot_from_disk: [
    'The machine is installed and is to be installed once: it is sent to its disk (`provision.disk_boot` is `not-found`).',
    '`bootcmd machine reinstall` lets it install again.',
  ],
  too_many_parameters: ['More than 10,000 parameters in the query.', 'No boot loader does that; find out who asks.'],
};

const other: Readonly<Record<string, Words>> = {
  redirect: [
    'The path was not clean (`//`, `..`); the client is sent to the clean one.',
    'Correct the URL: firmware may not follow.',
  ],
  no_route: [
    'There is no such path; or a signature was asked for and there is no `-key-ring-path`.',
    'See [the paths](http.md).',
  ],
  bad_target: ['The path has a malformed escape.', 'Correct the URL.'],
  url_too_long: ['The URL is longer than 80 KiB.', 'Find out who asks.'],
  malformed: ['It was not HTTP.', 'Something speaks another protocol to this port, TLS for instance.'],
  internal_error: ['A fault of the server.', 'The log has the details: please report them.'],
  stopping: ['The server is about to stop.', ''],
  behind: [
    'This server does not have the revision of the store that `/readyz` was asked for, or has not reached its store for longer than `-store-max-stale`.',
    'Ask again, or look at the store: the body says what is wrong.',
  ],
  busy: [
    'Too much is in work: downloads, signatures, or answers that nobody reads; or there is no descriptor to spare.',
    'Nothing, if it passes: iPXE and Ignition ask again by themselves. Else the [limits](../operations/security.md#limits) say more; raise `LimitNOFILE=`.',
  ],
  client_gone: [
    'The client went away, or took nothing for too long, before it had the whole answer.',
    'The log says how many bytes it was sent; look at the machine and the network.',
  ],
  file_truncated: [
    'The asset became shorter while it was sent; the connection was broken off, so that nobody takes it for whole.',
    'Put new files in place by renaming them, not by writing into them.',
  ],
  read_failed: ['The asset could not be read to its end.', 'Look at the disk.'],
  report_kept: ['A report of a machine was kept.', ''],
  report_noted: ['A report of progress was taken.', ''],
  report_stale: ['A report about an earlier installation was kept; it changes nothing.', ''],
  report_accepted: [
    'A report is being kept; the disk took longer than 200 ms.',
    'Nothing; the log says when it could not.',
  ],
  report_wrong_token: [
    'A report’s token is none of this server’s.',
    'The state folder was replaced, or somebody tries tokens.',
  ],
  report_token_wanted: [
    'A report has no token.',
    'Use `matchbox_report_url` in the template, or start with `-trust-reports=address`.',
  ],
  report_unknown: [
    'No machine is known by a report’s token or address.',
    'It was forgotten, or asked by another server.',
  ],
  report_encoded: ['A report has a `Content-Encoding`.', 'Send it as it is.'],
  report_too_large: ['A report has more than 1 MiB.', 'Send the end of the log only.'],
  report_not_kept: [
    'A report could not be written to the state folder.',
    'The log says why; the machine may ask again.',
  ],
  description_too_large: [
    'What was posted to `/generic` has more than 64 KiB.',
    'Installers describe a machine in some hundred bytes: who asks?',
  ],
  asset_400: ['The asset’s path is malformed.', 'Correct the URL.'],
  asset_403: ['The server may not read the asset.', 'Correct the file’s permissions.'],
  asset_404: [
    'There is no such asset, or it is no regular file.',
    'Compare with `ls -lR` of `-assets-path`; the URL begins with `/assets/`.',
  ],
  asset_405: ['The method is none that assets have.', ''],
  asset_412: ['A precondition of the client does not hold.', ''],
  asset_416: [
    'The client asked for a part that the file does not have.',
    'It has an older or a broken copy; let it begin anew.',
  ],
  asset_500: ['The asset could not be read.', 'The log says why.'],
  asset_503: [
    'The server has no open file to spare; counted as `busy`.',
    'Raise the limit of open files (`LimitNOFILE=`).',
  ],
};

export function errorTables(): string {
  const heads = ['status', 'reason', 'what happened', 'what to do'];
  const made = wordsFor(reasons, answered, 'reasons of answers').map(([name, words]) => [
    `${statusOfReason[name]}`,
    code(name),
    ...words,
  ]);
  const rest = labelValues.reason.filter((name) => !(reasons as readonly string[]).includes(name));
  const others = wordsFor(rest, other, 'reasons of HTTP').map(([name, words]) => [code(name), ...words]);
  return ['### Of configuration', table(heads, made), '### Of anything else', table(heads.slice(1), others)].join(
    '\n\n',
  );
}
