// The section `ignition`: other configs, time-outs, certificates, proxies.
import { type Out, OutMap } from './butane-text.ts';
import { type MigrationContext, mapItems } from './context.ts';
import { migrateResource } from './resource.ts';
import type { SourceMap } from './source.ts';

export function migrateIgnition(ignition: SourceMap, context: MigrationContext): Out {
  ignition.take('version');
  const made = new OutMap(ignition);
  const config = ignition.takeMap('config');
  if (config !== undefined) made.put('config', migrateConfig(config, context));
  made.copy('timeouts', 'proxy');
  const security = ignition.takeMap('security');
  if (security !== undefined) made.put('security', migrateSecurity(security, context));
  ignition.reportRest();
  return made.build();
}

function migrateConfig(config: SourceMap, context: MigrationContext): Out {
  const convert = (reference: SourceMap): Out => {
    const message = 'the config there has to be of spec 3 as well';
    context.notes.check('referenced-config', reference.at, message);
    return migrateResource(reference, context);
  };
  const merge = mapItems(config.takeList('append'), context, convert);
  const made = new OutMap(config).put('merge', { kind: 'list', items: merge }, 'append');
  const replace = config.takeMap('replace');
  if (replace !== undefined) {
    made.put('replace', convert(replace));
    replace.reportRest();
  }
  config.reportRest();
  return made.build();
}

function migrateSecurity(security: SourceMap, context: MigrationContext): Out {
  const tls = security.takeMap('tls');
  const authorities = mapItems(tls?.takeList('certificate_authorities') ?? [], context, (reference) =>
    migrateResource(reference, context),
  );
  tls?.reportRest();
  security.reportRest();
  const inner = new OutMap().put('certificate_authorities', { kind: 'list', items: authorities }).build();
  return new OutMap(security).put('tls', inner).build();
}
