import type { CodeSymbol, SymbolKind } from './code-symbol.js';

/** A definition at the start of a line. */
export interface SymbolRule {
  /**
   * Flags `gm`, applied to the bytes as latin1; must begin with `^`, stay on its line, and end with the group `name` (what must follow
   * goes into a lookahead), so that the name's offset is known. A group `kind` holds the keyword that `kinds` explains, a group `owner` the name
   * of the type that it belongs to though it stands outside.
   */
  readonly pattern: RegExp;
  readonly kind: SymbolKind;
  readonly kinds?: Readonly<Record<string, SymbolKind>>;
  /** The rule holds only directly inside a type: it would match calls and control flow elsewhere. */
  readonly member?: boolean;
  /** Flag `g`: the rule holds only inside of what this matches, such as the body of an enum. */
  readonly within?: RegExp;
}

export interface LanguageScanner {
  /** Comments and literals, flag `g`: definitions that begin inside one are not definitions. */
  readonly opaque: RegExp;
  readonly rules: readonly SymbolRule[];
  /** Words that look like a name to a rule and are none. */
  readonly reserved?: ReadonlySet<string>;
  /** Flags `gm`: a line that ends what was opened at its indentation; null where only the next definition does. Default: a closing brace. */
  readonly closes?: RegExp | null;
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
  readonly owner: string | undefined;
}

const CLOSING_BRACE = /^[ \t]*\}[;,) \t\r]*(?:\/[/*][^\n]*)?$/gm;

/**
 * Reads definitions line by line. What contains what is told by indentation: exact in Python, and right for braces
 * wherever people or formatters indent; a wrong guess costs a container's name, never a symbol.
 */
export function scanSymbols({ opaque, rules, reserved, closes = CLOSING_BRACE }: LanguageScanner, content: Buffer): CodeSymbol[] {
  const text = content.toString('latin1');
  const [plain, member] = passesOf(rules);
  const definitions = definitionsOf(plain, text, 0);
  const typesFrom = definitions.reduce((first, { kind, start }) => (TYPE_KINDS.has(kind) ? Math.min(first, start) : first), text.length);
  if (typesFrom < text.length) definitions.push(...definitionsOf(member, text, text.lastIndexOf('\n', typesFrom) + 1));
  definitions.sort((a, b) => a.start - b.start || Number(a.member) - Number(b.member));
  if (definitions.length === 0) return [];
  const isOpaque = rangesOf(opaque, text);
  const symbols: CodeSymbol[] = [];
  const open: { indent: number; index: number }[] = [];
  const close = (indent: number) => {
    while (open.length > 0 && open.at(-1)!.indent >= indent) open.pop();
  };
  const closings = closes && closingLines(closes, text);
  const types = new Map<string, number>();
  let last = -1;
  for (const { start, name, indent, kind, member, owner } of definitions) {
    closings?.(start, (at, indentation) => {
      if (!isOpaque(at)) close(indentation);
    });
    if (start === last || isOpaque(start) || reserved?.has(name)) continue;
    close(indent);
    const container = owner === undefined ? (open.at(-1)?.index ?? -1) : (types.get(owner) ?? -1);
    const inType = container >= 0 && TYPE_KINDS.has(symbols[container]!.kind);
    if (member && !inType) continue;
    const decoded = decodeName(name);
    if (decoded === undefined) continue;
    const isMethod = kind === 'function' && (inType || owner !== undefined);
    symbols.push({ name: decoded, kind: isMethod ? 'method' : kind, start, container });
    if (TYPE_KINDS.has(kind)) types.set(decoded, symbols.length - 1);
    last = start;
    if ((TYPE_KINDS.has(kind) || CALLABLE_KINDS.has(kind)) && !(closes && endsWithItsLine(text, start)))
      open.push({ indent, index: symbols.length - 1 });
    if (symbols.length === MAX_SYMBOLS) break;
  }
  return symbols;
}

/** Rules that are tried together: one pass over the text costs little more than one rule. */
interface Pass {
  /** All rules that hold everywhere, the first that fits winning; a group `r<n>` is there when rule n fits. Undefined: there are none. */
  readonly everywhere: RegExp | undefined;
  readonly rules: readonly SymbolRule[];
  readonly confined: readonly SymbolRule[];
}

const passes = new WeakMap<readonly SymbolRule[], readonly [plain: Pass, member: Pass]>();

function passesOf(rules: readonly SymbolRule[]): readonly [plain: Pass, member: Pass] {
  let known = passes.get(rules);
  if (!known) {
    known = [passOf(rules.filter(({ member }) => !member)), passOf(rules.filter(({ member }) => member))];
    passes.set(rules, known);
  }
  return known;
}

function passOf(all: readonly SymbolRule[]): Pass {
  const rules = all.filter(({ within }) => !within);
  const alternatives = rules.map(({ pattern }, i) => `${pattern.source.replace(/^\^/, '')}(?<r${i}>)`);
  const everywhere = rules.length === 0 ? undefined : new RegExp(`^(?:${alternatives.join('|')})`, 'gm');
  return { everywhere, rules, confined: all.filter(({ within }) => within) };
}

function definitionsOf({ everywhere, rules, confined }: Pass, text: string, from: number): Definition[] {
  const found: Definition[] = [];
  if (everywhere) read(everywhere, (groups) => rules[rules.findIndex((_, i) => groups[`r${i}`] !== undefined)]!, text, from, 0, found);
  for (const rule of confined) {
    const within = rule.within!;
    within.lastIndex = from;
    for (let range = within.exec(text); range !== null; range = within.exec(text))
      read(rule.pattern, () => rule, range[0], 0, range.index, found);
  }
  return found;
}

/** @param offset of `text` in the blob */
function read(
  pattern: RegExp,
  ruleOf: (groups: Readonly<Record<string, string | undefined>>) => SymbolRule,
  text: string,
  from: number,
  offset: number,
  found: Definition[],
): void {
  pattern.lastIndex = from;
  for (let match = pattern.exec(text); match !== null && found.length < MAX_SYMBOLS; match = pattern.exec(text)) {
    const groups = match.groups as Readonly<Record<string, string | undefined>>;
    const { name, kind: keyword, owner } = groups;
    if (!name) continue;
    const { kind, kinds, member = false } = ruleOf(groups);
    const start = match.index + match[0].length - name.length;
    found.push({ start: offset + start, name, indent: indentOf(match[0]), kind: (keyword && kinds?.[keyword]) || kind, member, owner });
  }
}

/** A definition without a body, or with one that is over. */
function endsWithItsLine(text: string, start: number): boolean {
  const end = text.indexOf('\n', start);
  return text[(end < 0 ? text.length : end) - 1] === ';';
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

/** Calls back for the lines before an offset that were not told yet, with their indentation; asked with ascending offsets. */
function closingLines(pattern: RegExp, text: string): (before: number, told: (at: number, indent: number) => void) => void {
  pattern.lastIndex = 0;
  let match = pattern.exec(text);
  return (before, told) => {
    for (; match !== null && match.index < before; match = pattern.exec(text)) {
      if (match[0].length === 0) pattern.lastIndex++;
      told(match.index, indentOf(match[0]));
    }
  };
}

/** Whether an offset is inside of a match; asked with ascending offsets, it reads the text no further than it is asked. */
function rangesOf(pattern: RegExp, text: string): (offset: number) => boolean {
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
