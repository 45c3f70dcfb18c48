/** How findings are printed: one line each, JSON, GitHub's annotations, SARIF. */
import type { Finding, Severity } from '../../foresight/validate/finding.ts';
import { rules } from '../../foresight/validate/rules.ts';
import { type Checked, describeChecked } from './checked.ts';

export const formats = ['text', 'json', 'github', 'sarif'] as const;
export type Format = (typeof formats)[number];

export interface FormatContext {
  /** The path of a finding's file as the user knows it. */
  readonly pathOf: (file: string) => string;
  /** The text of a line of a file, for the caret; undefined when nobody reads it. */
  readonly lineOf: ((finding: Finding) => string | undefined) | undefined;
  readonly color?: boolean;
  /** What was looked at, for people. */
  readonly checked?: Checked;
}

export const formatters: Readonly<Record<Format, (findings: readonly Finding[], context: FormatContext) => string>> = {
  text: formatText,
  json: (findings, { pathOf }) =>
    `${JSON.stringify(
      findings.map(({ file, line, column, severity, rule, message }) => {
        return { file: pathOf(file), line, column, severity, rule, message };
      }),
      null,
      2,
    )}\n`,
  github: (findings, { pathOf }) =>
    findings
      .map(({ file, line, column, severity, rule, message }) => {
        const command = severity === 'note' ? 'notice' : severity;
        const properties = { file: pathOf(file), line: String(line), col: String(column), title: rule };
        const list = Object.entries(properties).map(([name, value]) => `${name}=${escapeProperty(value)}`);
        return `::${command} ${list.join(',')}::${escapeData(message)}\n`;
      })
      .join(''),
  sarif: formatSarif,
};

const colorOf: Readonly<Record<Severity, number>> = { error: 31, warning: 33, note: 36 };

function formatText(findings: readonly Finding[], { pathOf, lineOf, color = false, checked }: FormatContext): string {
  const blocks = findings.map((finding) => {
    const { file, line, column, severity, rule, message } = finding;
    const word = color ? `\u001b[${colorOf[severity]}m${severity}\u001b[0m` : severity;
    const head = `${printable(pathOf(file))}:${line}:${column} ${word} ${rule} ${printable(message)}\n`;
    const text = lineOf?.(finding);
    return text === undefined ? head : `${head}${caret(text, column)}`;
  });
  return `${blocks.join('')}${summary(findings, checked)}\n`;
}

/** The line, and a `^` below its column. Long lines are cut around it. */
function caret(text: string, column: number): string {
  const characters = Array.from(text);
  const from = Math.max(0, column - 50);
  const shown = characters.slice(from, from + 76).join('');
  const before = characters.slice(from, column - 1).map((character) => (character === '\t' ? '\t' : ' '));
  return `  ${printable(shown)}\n  ${before.join('')}^\n`;
}

/** Files may hold what a terminal would obey. */
function printable(text: string): string {
  return text.replace(/\s*[\r\n]+\s*/g, ' ').replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, '\ufffd');
}

function summary(findings: readonly Finding[], checked: Checked | undefined): string {
  const what = checked === undefined ? '' : `: ${describeChecked(checked)}`;
  if (findings.every(({ severity }) => severity === 'note')) {
    return checked?.isWhole === false ? `nothing found in what could be read${what}` : `ok${what}`;
  }
  const count = (severity: Severity) => {
    const number = findings.filter((finding) => finding.severity === severity).length;
    return `${number} ${severity}${number === 1 ? '' : 's'}`;
  };
  const notes = findings.some(({ severity }) => severity === 'note') ? `, ${count('note')}` : '';
  return `${count('error')}, ${count('warning')}${notes}`;
}

function escapeData(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}

/** Spec: SARIF 2.1.0, https://docs.oasis-open.org/sarif/sarif/v2.1.0/ */
function formatSarif(findings: readonly Finding[], { pathOf }: FormatContext): string {
  const driver = {
    name: 'matchbox validate',
    rules: rules.map(({ id, title, severity }) => {
      return { id, shortDescription: { text: title }, defaultConfiguration: { level: severity } };
    }),
  };
  const results = findings.map(({ file, line, column, severity, rule, message }) => ({
    ruleId: rule,
    ruleIndex: rules.findIndex(({ id }) => id === rule),
    level: severity,
    message: { text: message },
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: uriOf(pathOf(file)) },
          region: { startLine: line, startColumn: column },
        },
      },
    ],
  }));
  const log = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [{ tool: { driver }, columnKind: 'unicodeCodePoints', results }],
  };
  return `${JSON.stringify(log, null, 2)}\n`;
}

/** A URI reference: of a relative path a relative one, which viewers look for in the repository. Names may be no UTF-8. */
function uriOf(path: string): string {
  const encoded = path.replaceAll(/[^/]+/g, (part) => encodeURIComponent(part.replaceAll(/\p{Surrogate}/gu, '\ufffd')));
  return path.startsWith('/') ? `file://${encoded}` : encoded;
}
