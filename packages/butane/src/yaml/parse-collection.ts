/** Collections of a document, part by part: lists and mappings, in block and in flow style. */
import { parserError } from './error.ts';
import type { YamlNode } from './node.ts';
import { emptyNode, type Frame, type Parser, parseNode, type State, startPair } from './parse-node.ts';
import type { Token, TokenKind } from './token.ts';

/** Reads the next part of the innermost collection. */
export function stepCollection(parser: Parser, frame: Frame): void {
  if (frame.first) {
    parser.scanner.peek();
    parser.scanner.take();
  }
  steps[frame.state](parser, frame);
  frame.first = false;
}

const steps: Readonly<Record<State, (parser: Parser, frame: Frame) => void>> = {
  'block-entry': stepBlockEntry,
  'indentless-entry': stepIndentlessEntry,
  'block-key': stepBlockKey,
  'block-value': stepBlockValue,
  'flow-entry': stepFlowEntry,
  'flow-key': stepFlowKey,
  'flow-value': (parser, frame) => stepFlowValue(parser, frame, false),
  'flow-no-value': (parser, frame) => stepFlowValue(parser, frame, true),
  'pair-key': stepPairKey,
  'pair-value': stepPairValue,
  'pair-end': (parser) => {
    parser.scanner.peek();
    parser.frames.pop();
  },
};

/** Reads what follows the indicator `token`: a node, or nothing if one of `ends` comes, which is a null behind it. */
function parseBehind(parser: Parser, token: Token, ends: readonly TokenKind[], allowsIndentless: boolean): YamlNode {
  parser.scanner.take();
  if (ends.includes(parser.scanner.peek().kind)) return emptyNode(token, 1);
  return parseNode(parser, true, allowsIndentless);
}

function stepBlockEntry(parser: Parser, frame: Frame): void {
  const token = parser.scanner.peek();
  if (token.kind === 'block-entry') {
    frame.items.push(parseBehind(parser, token, ['block-entry', 'block-end'], false));
  } else if (token.kind === 'block-end') {
    end(parser);
  } else throw parserError("did not find expected '-' indicator", frame.line, token);
}

function stepIndentlessEntry(parser: Parser, frame: Frame): void {
  const token = parser.scanner.peek();
  if (token.kind === 'block-entry') {
    frame.items.push(parseBehind(parser, token, ['block-entry', 'key', 'value', 'block-end'], false));
  } else parser.frames.pop();
}

function stepBlockKey(parser: Parser, frame: Frame): void {
  const token = parser.scanner.peek();
  if (token.kind === 'key') {
    frame.state = 'block-value';
    frame.items.push(parseBehind(parser, token, ['key', 'value', 'block-end'], true));
  } else if (token.kind === 'block-end') {
    end(parser);
  } else throw parserError('did not find expected key', frame.line, token);
}

function stepBlockValue(parser: Parser, frame: Frame): void {
  const token = parser.scanner.peek();
  frame.state = 'block-key';
  frame.items.push(
    token.kind === 'value' ? parseBehind(parser, token, ['key', 'value', 'block-end'], true) : emptyNode(token),
  );
}

function stepFlowEntry(parser: Parser, frame: Frame): void {
  let token = parser.scanner.peek();
  if (token.kind !== 'flow-sequence-end') {
    if (!frame.first) token = takeSeparator(parser, frame, token, "did not find expected ',' or ']'");
    if (token.kind === 'key') {
      frame.items.push(startPair(parser, token));
      return;
    }
    if (token.kind !== 'flow-sequence-end') {
      frame.items.push(parseNode(parser, false, false));
      return;
    }
  }
  end(parser);
}

function stepFlowKey(parser: Parser, frame: Frame): void {
  let token = parser.scanner.peek();
  if (token.kind !== 'flow-mapping-end') {
    if (!frame.first) token = takeSeparator(parser, frame, token, "did not find expected ',' or '}'");
    if (token.kind === 'key') {
      parser.scanner.take();
      frame.state = 'flow-value';
      const next = parser.scanner.peek();
      const isMissing = /^(value|flow-entry|flow-mapping-end)$/.test(next.kind);
      frame.items.push(isMissing ? emptyNode(next) : parseNode(parser, false, false));
      return;
    }
    if (token.kind !== 'flow-mapping-end') {
      frame.state = 'flow-no-value';
      frame.items.push(parseNode(parser, false, false));
      return;
    }
  }
  end(parser);
}

function takeSeparator(parser: Parser, frame: Frame, token: Token, problem: string): Token {
  if (token.kind !== 'flow-entry') throw parserError(problem, frame.line, token);
  parser.scanner.take();
  return parser.scanner.peek();
}

function stepFlowValue(parser: Parser, frame: Frame, isMissing: boolean): void {
  frame.state = 'flow-key';
  frame.items.push(isMissing ? emptyNode(parser.scanner.peek()) : parseFlowValue(parser, 'flow-mapping-end'));
}

/** The value after `:` in a flow collection; empty where there is no `:`, or nothing behind it before an entry or `end`. */
function parseFlowValue(parser: Parser, end: TokenKind): YamlNode {
  const { scanner } = parser;
  const token = scanner.peek();
  if (token.kind !== 'value') return emptyNode(token);
  scanner.take();
  const next = scanner.peek();
  return next.kind === 'flow-entry' || next.kind === end ? emptyNode(next) : parseNode(parser, false, false);
}

function stepPairKey(parser: Parser, frame: Frame): void {
  const { scanner } = parser;
  const token = scanner.peek();
  frame.state = 'pair-value';
  if (token.kind === 'value' || token.kind === 'flow-entry' || token.kind === 'flow-sequence-end') {
    // Quirk: go-yaml (parserc.go, yaml_parser_parse_flow_sequence_entry_mapping_key, as libyaml) takes this token, so that `[? : a]` is an error; so do we.
    scanner.take();
    frame.items.push(emptyNode(token, 1));
  } else frame.items.push(parseNode(parser, false, false));
}

function stepPairValue(parser: Parser, frame: Frame): void {
  frame.state = 'pair-end';
  frame.items.push(parseFlowValue(parser, 'flow-sequence-end'));
}

function end(parser: Parser): void {
  parser.scanner.take();
  parser.frames.pop();
}
