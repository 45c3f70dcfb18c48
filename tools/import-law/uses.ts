/** What a source file takes from elsewhere: its imports, and the globals that act on the world. */
import { childrenOf, isNode, lineCounter, type Node, parse } from './syntax.ts';

/** An import, an export from elsewhere, an `import()` in code or in a type. */
export interface Import {
  /** From 1. */
  readonly line: number;
  /** What is imported; undefined where that is known only when it runs. */
  readonly specifier: string | undefined;
  /** Whether nothing of it is left when it runs. */
  readonly isType: boolean;
  /** Whether it is imported only when it is needed. */
  readonly isDynamic: boolean;
}

export interface GlobalUse {
  readonly line: number;
  readonly name: string;
}

export interface Uses {
  readonly imports: readonly Import[];
  readonly globals: readonly GlobalUse[];
}

/** Globals that open connections or load code, as plain names and as `globalThis.NAME`. */
const actingGlobals = ['fetch', 'WebSocket', 'EventSource', 'XMLHttpRequest', 'require', 'eval', 'Function'];
/** Ways to a module that are no import. */
const actingMembers: Readonly<Record<string, readonly string[]>> = {
  globalThis: actingGlobals,
  process: ['getBuiltinModule', 'binding', 'dlopen'],
};

/** @throws Error when the file cannot be parsed */
export function usesOf(file: string, text: string): Uses {
  const program = parse(file, text);
  const lineAt = lineCounter(text);
  const imports: Import[] = [];
  const globals: GlobalUse[] = [];
  const declared = new Set<string>();
  const visit = (node: Node, parent: Node | undefined, key: string): void => {
    const found = importIn(node);
    if (found) imports.push({ line: lineAt(node.start), ...found });
    if (isBinding(node, parent, key)) declared.add(String(node['name']));
    const name = globalIn(node, parent, key);
    if (name !== undefined) globals.push({ line: lineAt(node.start), name });
    for (const [childKey, child] of childrenOf(node)) visit(child, node, childKey);
  };
  visit(program, undefined, '');
  return { imports, globals: globals.filter(({ name }) => !declared.has(name)) };
}

function importIn(node: Node): Omit<Import, 'line'> | undefined {
  switch (node.type) {
    case 'ImportDeclaration':
    case 'ExportNamedDeclaration':
    case 'ExportAllDeclaration': {
      if (node['source'] === null || node['source'] === undefined) return undefined;
      const isType = node['importKind'] === 'type' || node['exportKind'] === 'type' || hasOnlyTypes(node);
      return { specifier: literalOf(node['source']), isType, isDynamic: false };
    }
    case 'ImportExpression':
      return { specifier: literalOf(node['source']), isType: false, isDynamic: true };
    case 'TSImportType':
      return { specifier: literalOf(node['source'] ?? node['argument']), isType: true, isDynamic: false };
    case 'TSExternalModuleReference':
      return { specifier: literalOf(node['expression']), isType: false, isDynamic: false };
    default:
      return undefined;
  }
}

/** `import { type A, type B } from …` leaves nothing behind but the import itself, which bundlers and Node drop here. */
function hasOnlyTypes(node: Node): boolean {
  const specifiers = node['specifiers'];
  if (!Array.isArray(specifiers) || specifiers.length === 0) return false;
  return specifiers.every((one: Node) => one['importKind'] === 'type' || one['exportKind'] === 'type');
}

/** The text of a string; a template is none, whatever stands in it. */
function literalOf(node: unknown): string | undefined {
  if (!isNode(node)) return undefined;
  if (node.type === 'TSLiteralType') return literalOf(node['literal']);
  return node.type === 'Literal' && typeof node['value'] === 'string' ? node['value'] : undefined;
}

/** The name of an acting global, where this node is one. */
function globalIn(node: Node, parent: Node | undefined, key: string): string | undefined {
  if (node.type === 'MemberExpression' && isNode(node['object']) && node['object'].type === 'Identifier') {
    const object = String(node['object']['name']);
    const property = propertyOf(node);
    if (actingMembers[object]?.includes(property ?? '')) return `${object}.${property}`;
  }
  if (node.type !== 'Identifier' || !actingGlobals.includes(String(node['name']))) return undefined;
  const isName =
    (parent?.type === 'MemberExpression' && key === 'property' && parent['computed'] !== true) ||
    (key === 'key' && parent?.['computed'] !== true && parent?.['shorthand'] !== true) ||
    parent?.type.startsWith('TS') === true;
  return isName || isBinding(node, parent, key) ? undefined : String(node['name']);
}

function propertyOf(node: Node): string | undefined {
  const property = node['property'];
  if (!isNode(property)) return undefined;
  return node['computed'] === true ? literalOf(property) : String(property['name']);
}

/** Whether a name is declared here, so that it is no global in this file: a parameter, a variable, an import. */
function isBinding(node: Node, parent: Node | undefined, key: string): boolean {
  if (node.type !== 'Identifier' || parent === undefined) return false;
  if (key === 'params' || (key === 'id' && parent.type !== 'TSTypeReference')) return true;
  if (parent.type.startsWith('Import')) return key === 'local';
  return parent.type === 'Property' && key === 'value' && parent['kind'] === 'init' && parent['shorthand'] === true;
}
