// Users and groups.
import { copyOf, type Out, OutMap } from './butane-text.ts';
import { type MigrationContext, mapItems } from './context.ts';
import type { SourceMap } from './source.ts';

const account = [
  'uid',
  'gecos',
  'home_dir',
  'no_create_home',
  'primary_group',
  'groups',
  'no_user_group',
  'no_log_init',
  'shell',
  'system',
] as const;

export function migratePasswd(passwd: SourceMap, context: MigrationContext): Out {
  const users = mapItems(passwd.takeList('users'), context, (user) => {
    const made = new OutMap(user).copy('name', 'password_hash', 'ssh_authorized_keys');
    // Before spec 2.1 what describes the account stood in a mapping of its own, which wins where there is one.
    const create = user.takeMap('create');
    for (const name of account) {
      const own = user.take(name);
      const created = create?.take(name);
      if (created !== undefined) made.put(name, copyOf(created), 'create');
      else if (own !== undefined) made.put(name, copyOf(own));
    }
    create?.reportRest();
    return made.build();
  });
  const groups = mapItems(passwd.takeList('groups'), context, (group) =>
    new OutMap(group).copy('name', 'gid', 'password_hash', 'system').build(),
  );
  passwd.reportRest();
  return new OutMap(passwd)
    .put('users', { kind: 'list', items: users })
    .put('groups', { kind: 'list', items: groups })
    .build();
}
