import { SextantError } from '@sextant/sdk';
import {
  createScanner,
  findNodeAtLocation,
  getNodeValue,
  type Node,
  type ParseError,
  type ParseErrorCode,
  parseTree,
  printParseErrorCode,
} from 'jsonc-parser';

export type JsonPath = readonly (string | number)[];

export interface Position {
  /** Both count from 1. */
  readonly line: number;
  readonly column: number;
}

export interface Problem extends Position {
  readonly path: JsonPath;
  readonly message: string;
}

const MAX_LENGTH = 1_000_000;
const MAX_DEPTH = 100;
/** The numbers of jsonc-parser's SyntaxKind, a const enum that modules compiled one by one cannot read. */
const TOKEN = { openBrace: 1, closeBrace: 2, openBracket: 3, closeBracket: 4, end: 17 } as const;

/** An object as JSON with comments: its text, its values, and where each of them stands. */
export class JsoncDocument {
  private constructor(
    readonly text: string,
    readonly root: Node,
    /** Without prototypes, so that a key such as `__proto__` is a key and no more. */
    readonly value: Readonly<Record<string, unknown>>,
  ) {}

  static readonly EMPTY = JsoncDocument.parse('{}');

  /** Trailing commas are allowed; an empty text is an empty object. @throws SEXTANT_SITE_JSONC_INVALID with positions. */
  static parse(text: string): JsoncDocument {
    if (text.length > MAX_LENGTH) throw invalid([{ line: 1, column: 1, path: [], message: `it is longer than ${MAX_LENGTH} characters` }]);
    const source = text.trim() === '' ? '{}' : text;
    const deep = tooDeepAt(source);
    if (deep !== undefined)
      throw invalid([{ ...positionAt(source, deep), path: [], message: `it is nested deeper than ${MAX_DEPTH} levels` }]);
    const errors: ParseError[] = [];
    const root = parseTree(source, errors, { allowTrailingComma: true });
    if (errors.length > 0) {
      throw invalid(errors.map((error) => ({ ...positionAt(source, error.offset), path: [], message: syntaxMessage(error.error) })));
    }
    if (root?.type !== 'object') throw invalid([{ line: 1, column: 1, path: [], message: 'it is not an object' }]);
    return new JsoncDocument(source, root, getNodeValue(root) as Record<string, unknown>);
  }

  /** Of the value at the path, or of the nearest one around it that exists. */
  position(path: JsonPath): Position {
    for (let length = path.length; length >= 0; length--) {
      const node = findNodeAtLocation(this.root, path.slice(0, length));
      if (node) return positionAt(this.text, node.parent?.type === 'property' ? node.parent.offset : node.offset);
    }
    return { line: 1, column: 1 };
  }

  /** Keys that stand twice in one object: the last one counts, and a reader may see the first. */
  repeatedKeys(): readonly Problem[] {
    const problems: Problem[] = [];
    const visit = (node: Node, path: JsonPath): void => {
      const seen = new Set<string>();
      node.children?.forEach((child, index) => {
        if (node.type === 'array') visit(child, [...path, index]);
        if (child.type !== 'property') return;
        const [name, value] = child.children ?? [];
        const key = String(name?.value);
        if (seen.has(key))
          problems.push({ ...positionAt(this.text, child.offset), path: [...path, key], message: 'the key stands here a second time' });
        seen.add(key);
        if (value) visit(value, [...path, key]);
      });
    };
    visit(this.root, []);
    return problems;
  }
}

export const describeProblem = ({ path, message, line, column }: Problem): string =>
  `${path.length === 0 ? '' : `${pathText(path)} `}(line ${line}, column ${column}): ${message}`;

/** `auth.providers[0].type`. */
export const pathText = (path: JsonPath): string =>
  path.map((step, index) => (typeof step === 'number' ? `[${step}]` : index === 0 ? step : `.${step}`)).join('');

function positionAt(text: string, offset: number): Position {
  const before = text.slice(0, offset);
  const lineStart = before.lastIndexOf('\n') + 1;
  return { line: before.split('\n').length, column: offset - lineStart + 1 };
}

/** The offset at which nesting passes the limit. The parser recurses, so this is found out before it runs. */
function tooDeepAt(text: string): number | undefined {
  const scanner = createScanner(text, true);
  let depth = 0;
  for (let token: number = scanner.scan(); token !== TOKEN.end; token = scanner.scan()) {
    if (token === TOKEN.openBrace || token === TOKEN.openBracket) depth++;
    if (token === TOKEN.closeBrace || token === TOKEN.closeBracket) depth--;
    if (depth > MAX_DEPTH) return scanner.getTokenOffset();
  }
  return undefined;
}

/** `CommaExpected` → `comma expected`. */
const syntaxMessage = (code: ParseErrorCode): string =>
  printParseErrorCode(code)
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase();

const invalid = (problems: readonly Problem[]): SextantError =>
  new SextantError('SEXTANT_SITE_JSONC_INVALID', {
    what: 'The text is not an object in JSON with comments.',
    why: `${problems.slice(0, 5).map(describeProblem).join('; ')}.`,
    fix: 'Correct it at the named position.',
    details: { problems: problems.slice(0, 50) },
  });
