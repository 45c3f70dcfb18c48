/** Rules about kernel arguments, and the URLs among them. */
import { exampleHostRule, loopbackHostRule, placeholderHostRule } from '../arguments/host-rules.ts';
import { argumentNameRule } from '../arguments/name-rules.ts';
import { seedUrlRule, urlAnswerRule, urlLabelsRule, urlPathRule, urlValueRule } from '../arguments/url-rules.ts';
import { argumentValueRule } from '../arguments/value-rules.ts';
import { argumentVariableRule } from '../arguments/variable-rule.ts';
import { profileWithArgs, type Rule } from '../rule.ts';

const server = 'http://10.0.0.1:8080';
const goodUrl = `"ignition.firstboot", "ignition.config.url=${server}/ignition?mac=\${mac:hexhyp}"`;

export const argumentRules: readonly Rule[] = [
  {
    id: 'argument-name',
    severity: 'error',
    title: 'An argument that nothing reads is like one that is read',
    check: argumentNameRule,
    bad: profileWithArgs(goodUrl.replace('config', 'confg')),
    good: profileWithArgs(goodUrl),
  },
  {
    id: 'argument-variable',
    severity: 'error',
    title: 'Something stands for a value and never becomes one: `{{…}}`, `<ip>`, `$${mac}`, `{mac}`, `${mac:hexhpy}`',
    check: argumentVariableRule,
    bad: profileWithArgs(goodUrl.replace('${mac:hexhyp}', '${mac:hexhpy}')),
    good: profileWithArgs(goodUrl),
  },
  {
    id: 'argument-value',
    severity: 'error',
    title:
      'A value that nobody knows is like one that is known: a platform, a data source, a scheme, an option of an initrd',
    check: argumentValueRule,
    bad: profileWithArgs(`${goodUrl}, "ignition.platform.id=metl"`),
    good: profileWithArgs(`${goodUrl}, "ignition.platform.id=metal"`),
  },
  {
    id: 'url-path',
    severity: 'error',
    title: 'A URL among the arguments leads to no endpoint, or to one for something else',
    check: urlPathRule,
    bad: profileWithArgs(goodUrl.replace('/ignition?', '/ignitions?')),
    good: profileWithArgs(goodUrl),
  },
  {
    id: 'url-answer',
    severity: 'error',
    title: 'A URL among the arguments asks for what the machine’s profile does not have',
    check: urlAnswerRule,
    bad: [
      'profiles/p.json',
      `{"id": "p", "cloud_id": "c.yaml", "generic_id": "g",\n "boot": {"kernel": "vmlinuz", "args": [${goodUrl}]}}`,
    ],
    good: profileWithArgs(goodUrl),
  },
  {
    id: 'ignition-labels',
    severity: 'warning',
    title: 'A URL among the arguments drops a label by which the group was chosen',
    check: urlLabelsRule,
    bad: profileWithArgs(goodUrl.replace('?mac=${mac:hexhyp}', '')),
    good: profileWithArgs(goodUrl),
  },
  {
    id: 'url-value',
    severity: 'warning',
    title: 'A URL among the arguments sends a value that no group selects by, but one like it',
    check: urlValueRule,
    bad: profileWithArgs(goodUrl.replace('${mac:hexhyp}', '52:54:00:a1:9c:af')),
    good: profileWithArgs(goodUrl.replace('${mac:hexhyp}', '52:54:00:a1:9c:ae')),
  },
  {
    id: 'seed-url',
    severity: 'error',
    title: 'The URL of cloud-init’s `ds=nocloud` does not end with a slash',
    check: seedUrlRule,
    bad: profileWithArgs(`"autoinstall", "ds=nocloud-net;s=${server}/assets/seed"`),
    good: profileWithArgs(`"autoinstall", "ds=nocloud-net;s=${server}/assets/seed/"`),
  },
  {
    id: 'placeholder-host',
    severity: 'warning',
    title: 'A URL has the host of the documentation, and others have another',
    check: placeholderHostRule,
    bad: profileWithArgs(`${goodUrl}, "url=http://matchbox.example.com:8080/generic?mac=\${mac:hexhyp}"`),
    good: profileWithArgs(`${goodUrl}, "url=${server}/generic?mac=\${mac:hexhyp}"`),
  },
  {
    id: 'example-host',
    severity: 'note',
    title: 'Every URL has the host of the documentation',
    check: exampleHostRule,
    bad: profileWithArgs(goodUrl.replace('10.0.0.1', 'matchbox.example.com')),
    good: profileWithArgs(goodUrl),
  },
  {
    id: 'loopback-host',
    severity: 'error',
    title: 'A URL among the arguments has the machine itself for its host',
    check: loopbackHostRule,
    bad: profileWithArgs(goodUrl.replace('10.0.0.1', 'localhost')),
    good: profileWithArgs(goodUrl),
  },
];
