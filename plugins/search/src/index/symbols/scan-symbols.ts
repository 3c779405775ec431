import type { CodeSymbol, SymbolKind } from './code-symbol.js';

/** A definition at the start of a line. */
export interface SymbolRule {
  /**
   * Flags `gm`, applied to the bytes as latin1; must begin with `^`, stay on its line, and end with the group `name` (what must follow
   * goes into a lookahead), so that the name's offset is known. A group `kind` holds the keyword that `kinds` explains.
   */
  readonly pattern: RegExp;
  readonly kind: SymbolKind;
  readonly kinds?: Readonly<Record<string, SymbolKind>>;
  /** The rule holds only directly inside a type: it would match calls and control flow elsewhere. */
  readonly member?: boolean;
}

export interface LanguageScanner {
  /** Comments and literals, flag `g`: definitions that begin inside one are not definitions. */
  readonly opaque: RegExp;
  readonly rules: readonly SymbolRule[];
  /** Words that look like a name to a rule and are none. */
  readonly reserved?: ReadonlySet<string>;
}

const TYPE_KINDS: ReadonlySet<SymbolKind> = new Set([
  'class',
  'interface',
  'struct',
  'enum',
  'trait',
  'object',
  'union',
  'module',
  'namespace',
  'type',
]);
const CALLABLE_KINDS: ReadonlySet<SymbolKind> = new Set(['function', 'method', 'constructor']);
const MAX_SYMBOLS = 20_000;
const TAB_COLUMNS = 4;

interface Definition {
  readonly start: number;
  readonly name: string;
  readonly indent: number;
  readonly kind: SymbolKind;
  readonly member: boolean;
}

/**
 * Reads definitions line by line. What contains what is told by indentation: exact in Python, and right for braces
 * wherever people or formatters indent; a wrong guess costs a container's name, never a symbol.
 */
export function scanSymbols({ opaque, rules, reserved }: LanguageScanner, content: Buffer): CodeSymbol[] {
  const text = content.toString('latin1');
  const definitions = rules
    .flatMap((rule) => definitionsOf(rule, text))
    .sort((a, b) => a.start - b.start || Number(a.member) - Number(b.member));
  if (definitions.length === 0) return [];
  const isOpaque = opaqueRanges(opaque, text);
  const symbols: CodeSymbol[] = [];
  const open: { indent: number; index: number }[] = [];
  let last = -1;
  for (const { start, name, indent, kind, member } of definitions) {
    if (start === last || isOpaque(start) || reserved?.has(name)) continue;
    while (open.length > 0 && open.at(-1)!.indent >= indent) open.pop();
    const container = open.at(-1)?.index ?? -1;
    const inType = container >= 0 && TYPE_KINDS.has(symbols[container]!.kind);
    if (member && !inType) continue;
    const decoded = decodeName(name);
    if (decoded === undefined) continue;
    symbols.push({ name: decoded, kind: kind === 'function' && inType ? 'method' : kind, start, container });
    last = start;
    if (TYPE_KINDS.has(kind) || CALLABLE_KINDS.has(kind)) open.push({ indent, index: symbols.length - 1 });
    if (symbols.length === MAX_SYMBOLS) break;
  }
  return symbols;
}

function definitionsOf({ pattern, kind, kinds, member }: SymbolRule, text: string): Definition[] {
  const found: Definition[] = [];
  pattern.lastIndex = 0;
  for (let match = pattern.exec(text); match !== null && found.length < MAX_SYMBOLS; match = pattern.exec(text)) {
    const { name, kind: keyword } = match.groups as { name?: string; kind?: string };
    if (!name) continue;
    const start = match.index + match[0].length - name.length;
    found.push({ start, name, indent: indentOf(match[0]), kind: (keyword && kinds?.[keyword]) || kind, member: member ?? false });
  }
  return found;
}

function indentOf(line: string): number {
  let columns = 0;
  for (let at = 0; at < line.length; at++) {
    if (line[at] === ' ') columns++;
    else if (line[at] === '\t') columns += TAB_COLUMNS;
    else break;
  }
  return columns;
}

/** Asked with ascending offsets; reads the text no further than it is asked. */
function opaqueRanges(pattern: RegExp, text: string): (offset: number) => boolean {
  pattern.lastIndex = 0;
  let match = pattern.exec(text);
  return (offset) => {
    while (match !== null && match.index + match[0].length <= offset) {
      if (match[0].length === 0) pattern.lastIndex++;
      match = pattern.exec(text);
    }
    return match !== null && match.index <= offset;
  };
}

/** The name as UTF-8; undefined when its bytes are not. */
function decodeName(latin1: string): string | undefined {
  if (!/[\x80-\xff]/.test(latin1)) return latin1;
  const name = Buffer.from(latin1, 'latin1').toString('utf8');
  return name.includes('\ufffd') ? undefined : name;
}
