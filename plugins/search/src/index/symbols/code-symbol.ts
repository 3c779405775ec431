/** Kinds of symbols in lower case; the position in the list is what a shard stores, so entries are only ever appended. */
export const SYMBOL_KINDS = [
  'unknown', 'file', 'module', 'namespace', 'package', 'class', 'method', 'property', 'field', 'constructor', 'enum',
  'interface', 'function', 'variable', 'constant', 'enum-member', 'struct', 'type', 'macro', 'trait', 'object', 'union',
] as const; // biome-ignore format: a table
export type SymbolKind = (typeof SYMBOL_KINDS)[number];

/** A definition found in a blob. */
export interface CodeSymbol {
  readonly name: string;
  readonly kind: SymbolKind;
  /** Byte offset of the name in the blob; the name's UTF-8 bytes stand there. */
  readonly start: number;
  /** Index, in the same list, of the symbol that contains this one; -1 for none. */
  readonly container: number;
}

/** Finds the definitions of one blob, in order of their offset. It never throws: what it cannot read it leaves out. */
export type ExtractSymbols = (language: string | undefined, content: Buffer) => readonly CodeSymbol[];
