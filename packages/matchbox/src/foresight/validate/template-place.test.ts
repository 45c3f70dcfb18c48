import { expect, test } from 'vitest';
import { openCatalog } from '../../data/catalog.ts';
import { openMemoryStore } from '../../store/memory.ts';
import { validate } from './validate.ts';

async function findings(kind: 'ignition' | 'cloud', template: string) {
  const { snapshot } = await openCatalog(
    openMemoryStore({
      'groups/g.json': JSON.stringify({ id: 'g', name: 'g', profile: 'p', metadata: { keys: ['a', 'b', 'c'] } }),
      'profiles/p.json': JSON.stringify({ id: 'p', name: 'p', [`${kind}_id`]: 'x.yaml', boot: { kernel: '/k' } }),
      [`${kind}/x.yaml`]: template,
    }),
    { watch: false },
  );
  return validate(snapshot, { assetExists: () => true })
    .filter(({ file }) => file === `${kind}/x.yaml`)
    .map(({ rule, line, column }) => `${rule} ${line}:${column}`);
}

const users =
  'passwd:\n  users:\n    - name: core\n      ssh_authorized_keys:\n{{range .keys}}        - {{.}}\n{{end}}';

test('validate places what Butane says of a rendered text in the template', async () => {
  const files = 'storage:\n  files:\n{{range .keys}}    - path: {{.}}\n{{end}}';
  expect(await findings('ignition', `variant: fcos\nversion: 1.5.0\n${users}x: 1\n${files}`)).toEqual([
    'butane-warning 8:8',
    'butane-error 11:30',
  ]);
});

test('validate places a YAML error of a rendered text in the template', async () => {
  expect(await findings('ignition', `variant: fcos\nversion: 1.5.0\n${users}x: y: z\n`)).toEqual(['butane-error 8:12']);
  expect(await findings('cloud', `#cloud-config\n${users}x: y: z\n`)).toEqual(['cloud-invalid 7:12']);
});
