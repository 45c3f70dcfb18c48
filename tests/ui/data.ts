/** What the tests of the page serve: a profile that installs, one that does not, and a group with a typo. */

const mac = (number: number) => `52:54:00:00:00:0${number}`;

export const files: Readonly<Record<string, string>> = {
  'assets/vmlinuz': 'kernel',
  'assets/initrd.img': 'initrd',
  'generic/node.sh': 'name={{.name}}\nntp={{.ntp}}\nREPORT={{.matchbox_report_url}}\n',
  'profiles/worker.json': `${JSON.stringify({
    id: 'worker',
    name: 'worker',
    boot: { kernel: '/assets/vmlinuz', initrd: ['/assets/initrd.img'], args: [] },
    generic_id: 'node.sh',
    provision: { install: 'once' },
  })}\n`,
  'profiles/rescue.json': `${JSON.stringify({ id: 'rescue', name: 'rescue', boot: { kernel: '/assets/vmlinuz', initrd: [], args: ['rescue'] } })}\n`,
  ...Object.fromEntries(
    [1, 2, 3].map((number) => [
      `groups/node${number}.json`,
      `${JSON.stringify({ id: `node${number}`, name: `node${number}`, profile: 'worker', selector: { mac: mac(number) }, metadata: { name: `node${number}`, ntp: 'ntp.example.com' } }, null, 2)}\n`,
    ]),
  ),
  // It was meant for 52:54:00:ed:9e:01.
  'groups/edge1.json': `${JSON.stringify({ id: 'edge1', name: 'edge1', profile: 'worker', selector: { mac: '52:54:00:ed:9e:02' }, metadata: { name: 'edge1', ntp: 'ntp.example.com' } })}\n`,
  'groups/default.json': `${JSON.stringify({ id: 'default', name: 'default', profile: 'rescue' })}\n`,
};

/** Texts that are meant to be taken for something else. */
export const hostile = [
  '<img src=x onerror=alert(1)>',
  '"><script>alert(1)</script>',
  '{{constructor.constructor("alert(1)")()}}',
  'javascript:alert(1)',
  'a\u202egnp.exe',
  'nul\u0000esc\u001b[31mred',
  '</title></style><svg/onload=alert(1)>',
] as const;
