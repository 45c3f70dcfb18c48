// The generated parts of the documents: name → Markdown, made from the code's own tables.
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { specs } from '@matchbox/butane';
import { hermeticFunctions } from '@matchbox/gotemplate';
import { firstDays, firstFlatcarWithSpec3 } from '../packages/matchbox/dist/core/validate/image-date.js';
import { rules } from '../packages/matchbox/dist/core/validate/rules.js';
import { labelValues, metricTable } from '../packages/matchbox/dist/http/admin/metric-table.js';
import { reasons } from './dependency-reasons.js';
import { builtinTable } from './docs-parts/builtins.js';
import { bootcmdCommands, matchboxCommands } from './docs-parts/cli.js';
import { errorTables } from './docs-parts/errors.js';
import { serverFlagTable } from './docs-parts/flags.js';
import { grpcCodes, grpcMessages, grpcServices } from './docs-parts/grpc.js';
import { adminPaths, httpRoutes, ipxeBootstrapScript } from './docs-parts/http.js';
import { pinnedKeyTable } from './docs-parts/pinned-keys.js';
import { definitionTable, schemaTable } from './docs-parts/schemas.js';
import { tlsFailureTable, tlsSuiteTable } from './docs-parts/tls.js';

const root = fileURLToPath(new URL('..', import.meta.url));

export const parts = {
  'gotemplate-functions': gotemplateFunctionTable,
  'butane-specs': butaneSpecTable,
  'ignition-days': ignitionDayTable,
  'validate-rules': validateRuleTable,
  metrics: metricsTable,
  'template-builtins': builtinTable,
  'pinned-keys': pinnedKeyTable,
  'group-fields': schemaTable('group'),
  'profile-fields': schemaTable('profile'),
  'test-fields': schemaTable('tests'),
  'test-expectations': definitionTable('tests', 'ignition'),
  'http-routes': httpRoutes,
  'ipxe-bootstrap': ipxeBootstrapScript,
  'admin-paths': adminPaths,
  errors: errorTables,
  'server-flags': serverFlagTable,
  'tls-suites': tlsSuiteTable,
  'tls-failures': tlsFailureTable,
  'grpc-services': grpcServices,
  'grpc-messages': grpcMessages,
  'grpc-codes': grpcCodes,
  'matchbox-commands': matchboxCommands,
  'bootcmd-commands': bootcmdCommands,
  dependencies: () => dependencyTable('dependencies', [...packageFiles('packages')]),
  'dev-dependencies': () => dependencyTable('devDependencies', ['package.json']),
};

function* packageFiles(folder) {
  for (const name of readdirSync(`${root}${folder}`)) yield `${folder}/${name}/package.json`;
}

function dependencyTable(field, files) {
  const versions = new Map();
  for (const file of files) {
    for (const [name, version] of Object.entries(JSON.parse(readFileSync(`${root}${file}`, 'utf8'))[field] ?? {})) {
      if (!name.startsWith('@matchbox/')) versions.set(name, version);
    }
  }
  const rows = [...versions].sort().map(([name, version]) => {
    if (!reasons[name]) throw new Error(`${name} has no reason in scripts/dependency-reasons.js`);
    const { license } = JSON.parse(readFileSync(`${root}node_modules/${name}/package.json`, 'utf8'));
    return `| \`${name}\` | ${version} | ${license} | ${reasons[name]} |`;
  });
  return ['| package | version | licence | reason |', '|---|---|---|---|', ...rows].join('\n');
}

/** Variant → its versions, each with the Ignition spec that it becomes. */
function butaneSpecTable() {
  const variants = [...new Set(specs.map(({ variant }) => variant))];
  const rows = variants.map((variant) => {
    const versions = specs.filter((spec) => spec.variant === variant);
    return `| \`${variant}\` | ${versions.map(({ version, ignition }) => `${version} → ${ignition}`).join(', ')} |`;
  });
  return ['| variant | version → Ignition spec |', '|---|---|', ...rows].join('\n');
}

/** Group → its functions, each with an example that is a test of the package. */
function gotemplateFunctionTable() {
  const functions = Object.values(hermeticFunctions);
  const groups = [...new Set(functions.map(({ group }) => group))];
  const cell = (text) => text.replaceAll('|', '\\|').replaceAll('\n', '⏎');
  return groups
    .map((group) => {
      const rows = functions
        .filter((described) => described.group === group)
        .map(({ usage, about, example: [template, result] }) => {
          const fence = template.includes('`') ? '``' : '`';
          return `| \`${usage}\` | ${about} | ${fence}${cell(template)}${fence} → \`${cell(result)}\` |`;
        });
      return [
        `### ${group[0].toUpperCase()}${group.slice(1)}`,
        '',
        '| function | gives | example |',
        '|---|---|---|',
        ...rows,
      ].join('\n');
    })
    .join('\n\n');
}

/** The metrics, and what their labels can be. */
function metricsTable() {
  const metrics = Object.values(metricTable).map(({ name, type, help, labels }) => {
    return `| \`${name}\` | ${type} | ${labels.map((label) => `\`${label}\``).join(', ')} | ${help} |`;
  });
  const labels = Object.entries(labelValues)
    .filter(([, values]) => values)
    .map(([label, values]) => `| \`${label}\` | ${values.map((value) => `\`${value}\``).join(', ')} |`);
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
function ignitionDayTable() {
  const rows = firstDays.map(([version, day]) => `| ${version} | ${day} |\n`).join('');
  return `| Ignition spec | not read by images from before |\n|---|---|\n| 3.0.0 | Flatcar ${firstFlatcarWithSpec3}.0.0 |\n${rows}`;
}

/** The rules of `matchbox validate`, each with an example that is a test. */
function validateRuleTable() {
  const table = rules.map(({ id, severity, title }) => `| [\`${id}\`](#${id}) | ${severity} | ${title} |`);
  const example = (label, [file, text]) => `${label}, \`${file}\`:\n\n\`\`\`text\n${text.trimEnd()}\n\`\`\``;
  const sections = rules.map(({ id, title, bad, good }) =>
    [`### ${id}`, `${title}.`, example('Bad', bad), example('Good', good)].join('\n\n'),
  );
  return ['| rule | severity | finds |', '|---|---|---|', ...table, '', sections.join('\n\n')].join('\n');
}
