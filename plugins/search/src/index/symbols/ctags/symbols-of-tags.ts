import type { CodeSymbol, SymbolKind } from '../code-symbol.js';
import type { CtagsTag } from './ctags-process.js';

/** Where one word of ctags stands for the kind of several languages, the closest of ours. What is not listed is not kept. */
const KINDS: Readonly<Record<string, SymbolKind>> = {
  accessor: 'property', alias: 'type', annotation: 'interface', anonMember: 'field', chapter: 'namespace', class: 'class', command: 'function',
  component: 'class', const: 'constant', constant: 'constant', define: 'constant', delegate: 'type',
  entity: 'class', enum: 'enum', enumConstant: 'enum-member', enumerator: 'enum-member', enumval: 'enum-member', event: 'property',
  exception: 'class', field: 'field', func: 'function', function: 'function', functor: 'function', generator: 'function', getter: 'property',
  implementation: 'class', instance: 'class', interface: 'interface', macro: 'macro', member: 'field', message: 'struct',
  method: 'method', methodSpec: 'method', module: 'module', namespace: 'namespace', object: 'object', package: 'package',
  procedure: 'function', program: 'module', property: 'property', protocol: 'interface', record: 'struct', rpc: 'method', service: 'interface',
  setter: 'property', signature: 'interface', singletonMethod: 'method', struct: 'struct', structure: 'module', sub: 'function',
  subprogram: 'function', subroutine: 'function', symbol: 'variable', table: 'struct', talias: 'type', target: 'function', task: 'function',
  test: 'function', trait: 'trait', type: 'type', typealias: 'type', typedef: 'type', union: 'union', value: 'constant', var: 'variable',
  variable: 'variable', view: 'struct',
}; // biome-ignore format: a table

/** Where one language means something else by a word. */
const OWN_KINDS: Readonly<Record<string, Readonly<Record<string, SymbolKind>>>> = {
  Python: { member: 'method' },
  Rust: { interface: 'trait' },
  PHP: { alias: 'unknown' },
};

const HOLDS_METHODS: ReadonlySet<SymbolKind> = new Set(['class', 'interface', 'struct', 'trait', 'object', 'enum', 'union']);
const VALUES: ReadonlySet<SymbolKind> = new Set(['constant', 'variable', 'field', 'property']);
const CALLABLES: ReadonlySet<SymbolKind> = new Set(['function', 'method', 'constructor']);
/** A name that ctags gave what has none. */
const MADE_UP = /^(?:__anon|anonymous|AnonymousFunction)[0-9a-f]*/;
const NEWLINE = 0x0a;
/** Places of one name that are looked at for what contains a tag: a file of nothing but one name must not take long. */
const MAX_CANDIDATES = 64;
/** How far behind the name before it a name is looked for on a line, and from its beginning where it is not there. */
const MAX_LOOK_BYTES = 64 << 10;
const MAX_LOOK_BACK_BYTES = 4 << 10;

interface Placed {
  readonly tag: CtagsTag;
  readonly kind: SymbolKind;
  readonly start: number;
}

/**
 * Finds where in its line each name stands, and what contains what. A tag whose name is not in its line is left out.
 * @param language as ctags names it
 */
export function symbolsOfTags(language: string, tags: readonly CtagsTag[], content: Buffer): CodeSymbol[] {
  const placed = place(language, tags, content).sort((a, b) => a.start - b.start);
  const symbols: CodeSymbol[] = [];
  /** Indexes of what stood under a name, the last one last. */
  const byName = new Map<string, number[]>();
  placed.forEach(({ tag, kind, start }, index) => {
    const container = containerOf(tag, placed, byName);
    const isMember = HOLDS_METHODS.has(container < 0 ? scopeKindOf(tag) : placed[container]!.kind);
    symbols.push({ name: tag.name, kind: isMember ? memberKind(tag.name, kind) : kind, start, container });
    const known = byName.get(tag.name);
    if (known) known.push(index);
    else byName.set(tag.name, [index]);
  });
  return symbols;
}

function memberKind(name: string, kind: SymbolKind): SymbolKind {
  if (kind === 'function') return 'method';
  if (kind === 'variable') return 'field';
  return kind === 'method' && name === 'constructor' ? 'constructor' : kind;
}

function scopeKindOf({ scopeKind }: Pick<CtagsTag, 'scopeKind'>): SymbolKind {
  return scopeKind !== undefined && Object.hasOwn(KINDS, scopeKind) ? KINDS[scopeKind]! : 'unknown';
}

function containerOf(tag: CtagsTag, placed: readonly Placed[], byName: ReadonlyMap<string, readonly number[]>): number {
  if (!tag.scope) return -1;
  const name = tag.scope.split(/::|[.\\/#]|"+/).findLast((part) => part !== '');
  const candidates = (name === undefined ? undefined : byName.get(name))?.slice(-MAX_CANDIDATES);
  if (!candidates) return -1;
  const encloses = candidates.findLast((index) => {
    const { line, end } = placed[index]!.tag;
    return line <= tag.line && end !== undefined && end >= tag.line;
  });
  // Members may stand outside, as those of C++ and Go do, and not every parser knows where things end.
  return encloses ?? candidates.findLast((index) => placed[index]!.tag.kind === tag.scopeKind) ?? -1;
}

function place(language: string, tags: readonly CtagsTag[], content: Buffer): Placed[] {
  const kinds = { ...KINDS, ...OWN_KINDS[language] };
  const starts = lineStarts(content);
  const taken = new Set<number>();
  const placed: Placed[] = [];
  /** The end of the last name that was found. */
  let after = 0;
  for (const tag of tags) {
    const kind = Object.hasOwn(kinds, tag.kind) ? kinds[tag.kind] : undefined;
    if (kind === undefined || kind === 'unknown' || tag.name === '' || MADE_UP.test(tag.name)) continue;
    const from = starts[tag.line - 1];
    if (from === undefined || isLocal(tag, kind, isIndented(content[from]))) continue;
    const to = starts[tag.line] ?? content.length;
    const name = Buffer.from(tag.name);
    // Names on one line mostly come in their order; a line of nothing but names must not be read anew for each of them.
    let start = wordAt(content, name, Math.max(from, after), Math.min(to, Math.max(from, after) + MAX_LOOK_BYTES), taken);
    if (start < 0 && after > from) start = wordAt(content, name, from, Math.min(to, from + MAX_LOOK_BACK_BYTES), taken);
    if (start < 0) continue;
    taken.add(start);
    after = start + name.length;
    placed.push({ tag, kind, start });
  }
  return placed;
}

/** A variable of a function, which some parsers tell as well, and not always with the function: nobody looks for it by its name. */
function isLocal({ scope, scopeKind }: CtagsTag, kind: SymbolKind, indented: boolean): boolean {
  if (!VALUES.has(kind)) return false;
  return scope ? CALLABLES.has(scopeKindOf({ scopeKind })) : indented;
}

function isIndented(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x09;
}

/** Where the name stands as a word between two offsets, and no tag before it does; -1 when it does not. */
function wordAt(content: Buffer, name: Buffer, from: number, to: number, taken: ReadonlySet<number>): number {
  const line = content.subarray(from, to);
  for (let at = line.indexOf(name); at >= 0; at = line.indexOf(name, at + 1)) {
    const isWhole = !joins(line[at - 1], name[0]) && !joins(name.at(-1), line[at + name.length]);
    if (isWhole && !taken.has(from + at)) return from + at;
  }
  return -1;
}

function joins(left: number | undefined, right: number | undefined): boolean {
  return isWord(left) && isWord(right);
}

function isWord(byte = 0): boolean {
  return (
    (byte >= 0x30 && byte <= 0x39) || (byte >= 0x41 && byte <= 0x5a) || (byte >= 0x61 && byte <= 0x7a) || byte === 0x5f || byte >= 0x80
  );
}

function lineStarts(content: Buffer): number[] {
  const starts = [0];
  for (let at = content.indexOf(NEWLINE); at >= 0; at = content.indexOf(NEWLINE, at + 1)) starts.push(at + 1);
  return starts;
}
