// The rules that a config can break, by name, and what Ignition says where one is broken.

const messages = {
  'compression-invalid': 'invalid compression method',
  'file-below-link': 'file path includes link in config',
  'directory-below-link': 'directory path includes link in config',
  'link-below-link': 'link path includes link in config',
  'link-target-required': 'link target is required',
  'hard-link-to-directory': 'hard link target is a directory',
  'hard-link-specifies-owner': 'user/group ignored for hard link',
  'disk-device-required': 'disk device is required',
  'partition-numbers-collide': 'partition numbers collide',
  'partitions-overlap': 'partitions overlap',
  'overwrite-and-nil-source': 'overwrite must be false if source is unspecified',
  'verification-and-nil-source': 'source must be specified if verification is specified',
  'filesystem-invalid-format': 'invalid filesystem format',
  'label-needs-format': 'filesystem must specify format if label is specified',
  'format-nil-with-others':
    'format cannot be empty when path, label, uuid, wipeFilesystem, options, or mountOptions is specified',
  'virtiofs-label': 'filesystem labels cannot be set when using virtiofs',
  'virtiofs-tag-too-long': 'virtiofs device tag cannot be longer than 36 bytes',
  'device-required': 'device not specified',
  'uuid-not-supported': 'filesystem uuid cannot be set for non-block-device filesystems',
  'wipe-not-supported': 'wipeFilesystem cannot be set for non-block-device filesystems',
  'mkfs-options-not-supported': 'filesystem options (mkfs) cannot be set for non-block-device filesystems',
  'partitions-overwritten': 'filesystem overwrites partitioned device',
  'filesystem-implicit-wipe': 'device matches disk with wipeTable enabled; filesystem will be wiped',
  'luks-label-too-long': 'luks device labels cannot be longer than 47 characters',
  'luks-name-contains-slash': 'device names cannot contain slashes',
  'invalid-luks-key-file': 'invalid key-file source',
  'clevis-pin-required': 'missing required custom clevis pin',
  'unknown-clevis-pin': 'unsupported clevis pin',
  'clevis-config-required': 'missing required custom clevis config',
  'clevis-custom-with-others': 'cannot use custom clevis config with tpm2, tang, or threshold',
  'cex-with-clevis': 'cannot use cex with clevis',
  'cex-with-key-file': 'cannot use key file with cex',
  'tang-thumbprint-required': 'thumbprint is required',
  'invalid-tang-advertisement': 'advertisement is not valid JSON',
  'file-illegal-mode': 'illegal file mode',
  'mode-special-bits': 'setuid/setgid/sticky bits are not supported or functional in spec versions older than 3.6.0',
  'both-id-and-name-set': 'cannot set both id and name',
  'partition-label-too-long': 'partition labels may not exceed 36 characters',
  'not-guid': 'doesn\'t match the form "01234567-89AB-CDEF-EDCB-A98765432101"',
  'partition-label-contains-colon': 'partition label will be truncated to text before the colon',
  'path-missing': 'path not specified',
  'path-relative': 'path not absolute',
  'dirty-path': 'path is not fully simplified',
  'path-conflicts-systemd': 'path conflicts with systemd unit or dropin',
  'raid-level-required': 'raid level is required',
  'spares-unsupported': 'spares unsupported for linear and raid0 arrays',
  'unrecognized-raid-level': 'unrecognized raid level',
  'raid-devices-required': 'raid devices required',
  'should-not-exist-with-others': 'shouldExist specified false with other options also specified',
  'need-label-or-number': 'a partition number >= 1 or a label must be specified',
  'duplicate-labels': 'cannot use the same partition label twice',
  'invalid-proxy': 'proxies must be http(s)',
  'insecure-proxy': 'insecure plaintext HTTP proxy specified for HTTPS resources',
  'invalid-systemd-extension': 'invalid systemd unit extension',
  'invalid-dropin-extension': 'invalid systemd drop-in extension',
  'source-required': 'source is required',
  'invalid-scheme': 'invalid url scheme',
  'invalid-url': 'unable to parse url',
  'invalid-http-header': 'unable to parse HTTP header',
  'empty-http-header-name': "HTTP header name can't be empty",
  'unsupported-scheme-for-http-headers': 'cannot use HTTP headers with this source scheme',
  'hash-malformed': 'malformed hash specifier',
  'hash-wrong-size': 'incorrect size for hash sum',
  'hash-unrecognized': 'unrecognized hash function',
  'invalid-s3-arn': 'invalid S3 ARN format',
  'invalid-s3-version-id': 'invalid S3 object VersionId',
  'duplicate-entry': 'duplicate entry defined',
  'invalid-version': "invalid config version (couldn't parse)",
  'unknown-version': 'unsupported config version',
} as const;

/** A rule whose message is always the same. */
export type PlainRule = keyof typeof messages;

/** What an entry of a report is about; closed, so that whoever decides by it decides for all of them. */
export type Rule =
  | PlainRule
  | 'data-url-invalid'
  | 'filesystem-label-too-long'
  | 'no-install-section'
  | 'no-install-section-in-template'
  | 'unit-invalid'
  /** A key that the spec version does not have. */
  | 'unused-key'
  /** Something else than the config's struct stands there. */
  | 'tree-mismatch'
  /** It is no JSON. */
  | 'json-syntax'
  /** JSON, but a value is of the wrong type. */
  | 'json-type';

/** Ignition's text for a rule whose message is always the same. */
export function messageOf(rule: PlainRule): string {
  return messages[rule];
}
