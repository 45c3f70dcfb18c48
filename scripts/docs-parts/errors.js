// Every way in which a request can end: from the code's closed lists, with what to do about it.
import { reasons, statusOfReason } from '../../packages/matchbox/dist/core/failure.js';
import { labelValues } from '../../packages/matchbox/dist/http/admin/metric-table.js';
import { code, table, wordsFor } from './table.js';

const answered = {
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
  too_many_parameters: ['More than 10,000 parameters in the query.', 'No boot loader does that; find out who asks.'],
};

const other = {
  redirect: [
    'The path was not clean (`//`, `..`); the client is sent to the clean one.',
    'Correct the URL: firmware may not follow.',
  ],
  no_route: [
    'There is no such path; or a signature was asked for and there is no `-key-ring-path`.',
    'See [the paths](http.md).',
  ],
  bad_target: ['The path has a malformed escape.', 'Correct the URL.'],
  url_too_long: ['The URL is longer than 256 KiB.', 'Find out who asks.'],
  malformed: ['It was not HTTP.', 'Something speaks another protocol to this port, TLS for instance.'],
  internal_error: ['A fault of the server.', 'The log has the details: please report them.'],
  stopping: ['The server is about to stop.', ''],
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
  asset_503: ['The server has no open file to spare.', 'Raise the limit of open files (`LimitNOFILE=`).'],
};

export function errorTables() {
  const heads = ['status', 'reason', 'what happened', 'what to do'];
  const made = wordsFor(reasons, answered, 'reasons of answers').map(([name, words]) => [
    `${statusOfReason[name]}`,
    code(name),
    ...words,
  ]);
  const rest = labelValues.reason.filter((name) => !reasons.includes(name));
  const others = wordsFor(rest, other, 'reasons of HTTP').map(([name, words]) => [code(name), ...words]);
  return ['### Of configuration', table(heads, made), '### Of anything else', table(heads.slice(1), others)].join(
    '\n\n',
  );
}
