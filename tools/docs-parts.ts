/** The generated parts of the documents: name → Markdown, made from the code's own tables. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { specs } from '@matchbox/butane';
import { sprigFunctions } from '@matchbox/gotemplate/sprig';
import { firstDays, firstFlatcarWithSpec3 } from '@matchbox/ignition';
import { labelValues, metricTable, openshiftReleases, rules } from 'matchbox/tables';
import { reasons } from './dependency-reasons.ts';
import { builtinTable } from './docs-parts/builtins.ts';
import { bootcmdCommands, matchboxCommands } from './docs-parts/cli.ts';
import { errorTables } from './docs-parts/errors.ts';
import { serverFlagTable } from './docs-parts/flags.ts';
import { grpcCodes, grpcMessages, grpcServices } from './docs-parts/grpc.ts';
import { adminPaths, httpRoutes, ipxeBootstrapScript } from './docs-parts/http.ts';
import { limitsTable } from './docs-parts/limits.ts';
import { measuredTables } from './docs-parts/measured.ts';
import { pinnedKeyTable } from './docs-parts/pinned-keys.ts';
import { recipeTable, systemTable } from './docs-parts/recipes.ts';
import { definitionTable, schemaTable } from './docs-parts/schemas.ts';
import { tlsFailureTable, tlsSuiteTable } from './docs-parts/tls.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

export const parts: Readonly<Record<string, () => string>> = {
  'gotemplate-functions': gotemplateFunctionTable,
  'butane-specs': butaneSpecTable,
  'ignition-days': ignitionDayTable,
  'validate-rules': validateRuleTable,
  metrics: metricsTable,
  'template-builtins': builtinTable,
  'pinned-keys': pinnedKeyTable,
  'group-fields': schemaTable('group'),
  'profile-fields': schemaTable('profile'),
  'network-fields': schemaTable('network'),
  'test-fields': schemaTable('tests'),
  'test-expectations': definitionTable('tests', 'ignition'),
  'http-routes': httpRoutes,
  recipes: recipeTable,
  systems: systemTable,
  'ipxe-bootstrap': ipxeBootstrapScript,
  'admin-paths': adminPaths,
  errors: errorTables,
  'server-flags': serverFlagTable,
  limits: limitsTable,
  'measured-http': measuredTables('http'),
  'measured-assets': measuredTables('assets'),
  'measured-stores': measuredTables('stores'),
  'tls-suites': tlsSuiteTable,
  'tls-failures': tlsFailureTable,
  'grpc-services': grpcServices,
  'grpc-messages': grpcMessages,
  'grpc-codes': grpcCodes,
  'matchbox-commands': matchboxCommands,
  'bootcmd-commands': bootcmdCommands,
  dependencies: () => dependencyTable('dependencies', [...packageFiles('packages')]),
  'page-dependencies': () => dependencyTable('devDependencies', ['packages/ui/package.json']),
  'dev-dependencies': () => dependencyTable('devDependencies', ['package.json']),
};

function* packageFiles(folder: string): Generator<string> {
  for (const name of readdirSync(`${root}${folder}`)) yield `${folder}/${name}/package.json`;
}

function dependencyTable(field: string, files: readonly string[]): string {
  const versions = new Map<string, string>();
  for (const file of files) {
    for (const [name, version] of Object.entries<string>(
      JSON.parse(readFileSync(`${root}${file}`, 'utf8'))[field] ?? {},
    )) {
      if (!/^@?matchbox($|\/)/.test(name)) versions.set(name, version);
    }
  }
  const rows = [...versions].sort().map(([name, version]) => {
    if (!reasons[name]) throw new Error(`${name} has no reason in tools/dependency-reasons.ts`);
    const { license } = JSON.parse(readFileSync(`${root}node_modules/${name}/package.json`, 'utf8'));
    return `| \`${name}\` | ${version} | ${license} | ${reasons[name]} |`;
  });
  return ['| package | version | licence | reason |', '|---|---|---|---|', ...rows].join('\n');
}

/** Variant → its versions, each with the Ignition spec that it becomes. */
function butaneSpecTable(): string {
  const variants = [...new Set(specs.map(({ variant }) => variant))];
  const rows = variants.map((variant) => {
    const versions = specs.filter((spec) => spec.variant === variant);
    return `| \`${variant}\` | ${versions.map(({ version, ignition }) => `${version} → ${ignition}`).join(', ')} |`;
  });
  return ['| variant | version → Ignition spec |', '|---|---|', ...rows].join('\n');
}

/** Group → its functions, each with an example that is a test of the package. */
function gotemplateFunctionTable(): string {
  const functions = Object.values(sprigFunctions);
  const groups = [...new Set(functions.map(({ group }) => group))];
  const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', '⏎');
  return groups
    .map((group) => {
      const rows = functions
        .filter((described) => described.group === group)
        .map(({ usage, about, example: [template, result] }) => {
          const fence = template.includes('`') ? '``' : '`';
          return `| \`${usage}\` | ${about} | ${fence}${cell(template)}${fence} → \`${cell(result)}\` |`;
        });
      return [
        `### ${group.charAt(0).toUpperCase()}${group.slice(1)}`,
        '',
        '| function | gives | example |',
        '|---|---|---|',
        ...rows,
      ].join('\n');
    })
    .join('\n\n');
}

/** The metrics, and what their labels can be. */
function metricsTable(): string {
  const metrics = Object.values(metricTable).map(({ name, type, help, labels }) => {
    return `| \`${name}\` | ${type} | ${labels.map((label) => `\`${label}\``).join(', ')} | ${help} |`;
  });
  const labels = Object.entries(labelValues).flatMap(([label, values]) =>
    values ? [`| \`${label}\` | ${values.map((value) => `\`${value}\``).join(', ')} |`] : [],
  );
  return [
    '| metric | type | labels | what it tells |',
    '|---|---|---|---|',
    ...metrics,
    '',
    '| label | values |',
    '|---|---|',
    ...labels,
  ].join('\n');
}

/** From which day on an image may read which Ignition. */
function ignitionDayTable(): string {
  const rows = firstDays
    .slice(1)
    .map(([version, day]) => `| ${version} | ${day} |\n`)
    .join('');
  const releases = openshiftReleases.map(([minor, newest]) => `| 4.${minor} | ${newest} |\n`).join('');
  return [
    `| Ignition spec | not read by images from before |\n|---|---|\n| 3.0.0 | Flatcar ${firstFlatcarWithSpec3}.0.0 |\n${rows}`,
    `| OpenShift up to | reads no later spec than |\n|---|---|\n${releases}`,
  ].join('\n');
}

/** The rules of `matchbox validate`, each with an example that is a test. */
function validateRuleTable(): string {
  const table = rules.map(({ id, severity, title }) => `| [\`${id}\`](#${id}) | ${severity} | ${title} |`);
  const example = (label: string, [file, text]: readonly [string, string]): string =>
    `${label}, \`${file}\`:\n\n\`\`\`text\n${text.trimEnd()}\n\`\`\``;
  const sections = rules.map(({ id, title, bad, good }) =>
    [`### ${id}`, `${title}.`, example('Bad', bad), example('Good', good)].join('\n\n'),
  );
  return ['| rule | severity | finds |', '|---|---|---|', ...table, '', sections.join('\n\n')].join('\n');
}
