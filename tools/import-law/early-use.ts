/**
 * What a module uses while it is still being read, before it has come to where that is declared: `process.exitCode = await main()`
 * above a constant that `main` reads throws, or, in a promise that nobody looks at, hangs. Compilers and linters see no calls.
 */
import type { Fault, Source } from './law.ts';
import { childrenOf, isNode, lineCounter, type Node, parse } from './syntax.ts';

/** What stands at the top of a module. */
interface Top {
  /** Constants, variables and classes: where the statement begins that makes them. */
  readonly declared: ReadonlyMap<string, number>;
  /** Functions by name, those in constants too. */
  readonly callable: ReadonlyMap<string, Node>;
}

/** Nodes of types that leave their expression behind; all others whose names begin with TS leave nothing. */
const typedExpressions = ['TSAsExpression', 'TSNonNullExpression', 'TSSatisfiesExpression', 'TSTypeAssertion'];
const functions = ['FunctionDeclaration', 'FunctionExpression', 'ArrowFunctionExpression'];
const calls = ['CallExpression', 'NewExpression', 'TaggedTemplateExpression'];

/** Nothing in tests, whose functions run once all has been read. */
export function earlyUsesIn({ file, text }: Source): Fault[] {
  if (/\.(test|contract)\.ts$/.test(file)) return [];
  const body = nodesOf(parse(file, text)['body']).map(withoutExport);
  const top: Top = { declared: declaredIn(body), callable: callableIn(body) };
  const lineAt = lineCounter(text);
  const faults: Fault[] = [];
  for (const statement of body) {
    if (statement.type === 'FunctionDeclaration') continue;
    for (const [name, at] of usedBy(statement, top)) {
      if (at <= statement.start) continue;
      const message = `uses ${name} before the module comes to it on line ${lineAt(at)}: declare it above`;
      faults.push({ file, line: lineAt(statement.start), message });
    }
  }
  return faults;
}

function withoutExport(statement: Node): Node {
  const inner = statement['declaration'];
  return statement.type.startsWith('Export') && isNode(inner) ? inner : statement;
}

function declaredIn(body: readonly Node[]): Map<string, number> {
  const declared = new Map<string, number>();
  for (const statement of body) {
    if (statement.type === 'ClassDeclaration') declared.set(nameOf(statement['id']), statement.start);
    for (const one of declaratorsOf(statement)) {
      for (const name of namesIn(one['id'])) declared.set(name, statement.start);
    }
  }
  return declared;
}

function callableIn(body: readonly Node[]): Map<string, Node> {
  const callable = new Map<string, Node>();
  for (const statement of body) {
    if (statement.type === 'FunctionDeclaration') callable.set(nameOf(statement['id']), statement);
    for (const { id, init } of declaratorsOf(statement)) {
      if (isNode(init) && functions.includes(init.type)) callable.set(nameOf(id), init);
    }
  }
  return callable;
}

/** The names of the module that a statement reads while it runs, in what it calls and hands to what it calls as well. */
function usedBy(statement: Node, top: Top): ReadonlyMap<string, number> {
  const reading = new Reading(top);
  reading.visit(statement, new Set(), false);
  return reading.used;
}

/** What is read when a statement runs; each function is entered once. */
class Reading {
  /** Names, and where they are declared. */
  readonly used = new Map<string, number>();
  readonly #entered = new Set<Node>();
  readonly #top: Top;

  constructor(top: Top) {
    this.#top = top;
  }

  /** @param called whether functions below are called: what is handed to a call may be */
  visit(node: Node, hidden: ReadonlySet<string>, called: boolean): void {
    if (node.type.startsWith('TS') && !typedExpressions.includes(node.type)) return;
    if (node.type === 'Identifier') this.#read(nameOf(node), hidden, called);
    else if (!functions.includes(node.type)) this.#visitBelow(node, hidden, called || calls.includes(node.type));
    else if (called) this.#enter(node, hidden);
  }

  #read(name: string, hidden: ReadonlySet<string>, called: boolean): void {
    if (hidden.has(name)) return;
    const at = this.#top.declared.get(name);
    if (at !== undefined) this.used.set(name, at);
    const target = called ? this.#top.callable.get(name) : undefined;
    if (target) this.#enter(target, new Set());
  }

  #enter(node: Node, hidden: ReadonlySet<string>): void {
    if (this.#entered.has(node)) return;
    this.#entered.add(node);
    this.#visitBelow(node, new Set([...hidden, ...namesWithin(node)]), true);
  }

  #visitBelow(node: Node, hidden: ReadonlySet<string>, called: boolean): void {
    for (const [key, child] of childrenOf(node)) if (!isOnlyName(node, key)) this.visit(child, hidden, called);
  }
}

/** A name that means no variable: a member, a key, what is declared. */
function isOnlyName(parent: Node, key: string): boolean {
  if (parent.type === 'MemberExpression') return key === 'property' && parent['computed'] !== true;
  if (parent.type === 'VariableDeclarator' || parent.type === 'ClassDeclaration') return key === 'id';
  if (parent.type === 'MethodDefinition') return true;
  if (parent.type === 'PropertyDefinition' && parent['static'] !== true) return true;
  return key === 'key' && parent['computed'] !== true;
}

/** All that a function declares in itself: what hides a name of the module there. */
function namesWithin(node: Node): string[] {
  const own = [
    ...(functions.includes(node.type) ? nodesOf(node['params']).flatMap(namesIn) : []),
    ...(node.type === 'VariableDeclarator' || node.type === 'FunctionDeclaration' ? namesIn(node['id']) : []),
    ...(node.type === 'CatchClause' ? namesIn(node['param']) : []),
  ];
  return [...own, ...[...childrenOf(node)].flatMap(([, child]) => namesWithin(child))];
}

/** The names that a pattern makes: `a`, `{ a, b: c = 1 }`, `[a, ...b]`. */
function namesIn(pattern: unknown): string[] {
  if (!isNode(pattern)) return [];
  switch (pattern.type) {
    case 'Identifier':
      return [nameOf(pattern)];
    case 'ObjectPattern':
      return nodesOf(pattern['properties']).flatMap((one) => namesIn(one['value'] ?? one['argument']));
    case 'ArrayPattern':
      return nodesOf(pattern['elements']).flatMap(namesIn);
    case 'AssignmentPattern':
      return namesIn(pattern['left']);
    case 'RestElement':
      return namesIn(pattern['argument']);
    default:
      return [];
  }
}

function declaratorsOf(statement: Node): Node[] {
  return statement.type === 'VariableDeclaration' ? nodesOf(statement['declarations']) : [];
}

function nameOf(node: unknown): string {
  return isNode(node) ? String(node['name']) : '';
}

function nodesOf(value: unknown): Node[] {
  return Array.isArray(value) ? value.filter(isNode) : [];
}
