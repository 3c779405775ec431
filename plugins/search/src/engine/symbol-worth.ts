import type { SymbolTable } from '../index/symbol-table.js';
import type { CodeSymbol, SymbolKind } from '../index/symbols/code-symbol.js';
import type { Atom } from './compiled-query.js';
import type { DocumentView } from './document-view.js';
import type { DocumentHits } from './evaluate-document.js';
import { type RankedQuery, squeezed, together } from './ranked-query.js';

/** Hits looked at per pattern: enough to find the best one, few enough for a document that holds thousands. */
const SAMPLE = 32;

/** How much of a name a pattern is. */
const NAME = { exact: 1, folded: 0.85, prefix: 0.6, part: 0.45, inside: 0.3 } as const;

/** What a definition is to somebody who looks for its name: types before functions before values before what is inside of others. */
const KIND: Partial<Record<SymbolKind, number>> = {
  class: 1, interface: 1, struct: 1, enum: 1, type: 1, trait: 1, union: 1, object: 1,
  function: 0.9, module: 0.9, namespace: 0.9,
  method: 0.85, constructor: 0.85,
  macro: 0.7, constant: 0.7,
  variable: 0.5, 'enum-member': 0.45,
  field: 0.3, property: 0.3,
}; // biome-ignore format: a table
const OTHER_KIND = 0.4;
/** What lives and dies in a function is nobody's interface. */
const LOCAL = 0.25;
/** A name for what another file defines. */
const IMPORTED = 0.05;
/** Where the source says that others are not to use it. */
const NARROW = 0.9;

/** How good the best definition is that a query names, 0–1. */
export function symbolWorth(document: DocumentView, hits: DocumentHits, query: RankedQuery): number {
  const terms = hits.terms.filter((term) => term.hits.length > 0);
  if (terms.length === 0 && hits.symbols.length === 0) return 0;
  const symbols = document.symbols();
  if (symbols.length === 0) return 0;
  const worth = new Definitions(document, symbols);
  const named = hits.symbols.slice(0, SAMPLE).map((symbol) => Math.max(0, ...query.atoms.map((atom) => worth.ofName(symbol, atom))));
  const hit = together(
    terms.map((term) => worth.ofTerm(term)),
    query.atoms.length,
  );
  return Math.max(hit, worth.ofJoined(query.joined), ...named);
}

class Definitions {
  constructor(
    private readonly document: DocumentView,
    private readonly symbols: SymbolTable,
  ) {}

  ofTerm({ atom, hits }: DocumentHits['terms'][number]): number {
    let best = 0;
    for (let index = 0; index < Math.min(hits.length, SAMPLE * 2) && best < 1; index += 2) {
      const [start, end] = [hits[index]!, hits[index + 1]!];
      // A qualified name such as `Type::method` ends with that of the definition.
      const symbol = this.symbols.around(start) ?? this.symbols.around(end - 1);
      if (symbol) best = Math.max(best, nameMatch(symbol, start, end, atom) * this.#kind(symbol));
    }
    // The definition may lie behind the sample, and it is what the reader is looking for.
    if (hits.length > SAMPLE * 2 && best < NAME.folded) best = Math.max(best, this.#named(atom));
    return best;
  }

  /** Of a symbol that matches by its name, whose place in the text was not looked for. */
  ofName(symbol: CodeSymbol, atom: Atom): number {
    const name = Buffer.from(symbol.name);
    const found = atom.matcher.find(name, 0, name.length);
    return found ? nameMatch(symbol, symbol.start + found.start, symbol.start + found.end, atom) * this.#kind(symbol) : 0;
  }

  /** Of the symbol that all words of the query together name. */
  ofJoined(joined: string | undefined): number {
    if (joined === undefined) return 0;
    let best = 0;
    for (let index = 0; index < this.symbols.length; index++) {
      if (!mayBeSpelt(this.symbols, index, joined)) continue;
      const symbol = this.symbols.at(index);
      if (squeezed(symbol.name) === joined) best = Math.max(best, NAME.folded * this.#kind(symbol));
    }
    return best;
  }

  #named({ pattern: { spec } }: Atom): number {
    if (spec.kind !== 'literal') return 0;
    const folded = spec.source.toLowerCase();
    const bytes = Buffer.byteLength(spec.source);
    let best = 0;
    for (let index = 0; index < this.symbols.length; index++) {
      if (this.symbols.nameLengthOf(index) !== bytes) continue;
      const symbol = this.symbols.at(index);
      if (symbol.name.toLowerCase() === folded)
        best = Math.max(best, (symbol.name === spec.source ? NAME.exact : NAME.folded) * this.#kind(symbol));
    }
    return best;
  }

  #kind(symbol: CodeSymbol): number {
    const { kind, container, start, name } = symbol;
    const own = KIND[kind] ?? OTHER_KIND;
    const isValue = own <= KIND.constant!;
    const outer = container < 0 ? undefined : this.symbols.kindOf(container);
    if (isValue && (outer === 'function' || outer === 'method' || outer === 'constructor')) return LOCAL;
    const content = this.document.content();
    const end = start + Buffer.byteLength(name);
    if (isValue && IMPORT.test(content.toString('latin1', end, lineLimit(content, end)))) return IMPORTED;
    return RESTRICTED.test(content.toString('latin1', Math.max(content.lastIndexOf(0x0a, start - 1) + 1, start - LOOK), start))
      ? own * NARROW
      : own;
  }
}

/** Names end with the letter that the words end with: of most symbols that is all that needs to be looked at. */
function mayBeSpelt(symbols: SymbolTable, index: number, joined: string): boolean {
  if (symbols.nameLengthOf(index) < joined.length) return false;
  const last = symbols.lastByteOf(index);
  const wanted = joined.charCodeAt(joined.length - 1);
  const isLetter = (last | 0x20) >= 0x61 && (last | 0x20) <= 0x7a;
  return !isLetter || (last | 0x20) === wanted;
}

/** What of a line is looked at on either side of a name. */
const LOOK = 120;
const IMPORT = /=\s*(await\s+)?(require|import)\s*\(/;
const RESTRICTED = /\b(private|protected|internal|fileprivate)\b|\bpub\s*\(/;

function lineLimit(content: Buffer, from: number): number {
  const newline = content.subarray(from, from + LOOK).indexOf(0x0a);
  return newline < 0 ? Math.min(from + LOOK, content.length) : from + newline;
}

function nameMatch(symbol: CodeSymbol, start: number, end: number, { pattern: { spec } }: Atom): number {
  const length = Buffer.byteLength(symbol.name);
  const from = start - symbol.start;
  const to = end - symbol.start;
  if (from < 0) return to === length ? NAME.exact : NAME.inside;
  if (from === 0 && to === length) return spec.kind === 'regexp' || spec.source === symbol.name ? NAME.exact : NAME.folded;
  if (from === 0) return NAME.prefix;
  return isPartStart(Buffer.from(symbol.name), from) ? NAME.part : NAME.inside;
}

/** A part of a camelCase or snake_case name begins here. */
export function isPartStart(bytes: Buffer, at: number): boolean {
  const before = bytes[at - 1] ?? 0x20;
  const here = bytes[at] ?? 0x20;
  const upper = here >= 0x41 && here <= 0x5a;
  return before === 0x5f || here === 0x5f || !isWordByte(before) || (upper && !(before >= 0x41 && before <= 0x5a));
}

export function isWordByte(byte: number | undefined): boolean {
  if (byte === undefined) return false;
  return (
    byte === 0x5f || (byte >= 0x30 && byte <= 0x39) || (byte >= 0x41 && byte <= 0x5a) || (byte >= 0x61 && byte <= 0x7a) || byte >= 0x80
  );
}
