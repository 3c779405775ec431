import { type CodeSymbol, SYMBOL_KINDS, type SymbolKind } from './code-symbol.js';
import type { SymbolModule } from './symbol-sources.js';

/** Undefined: it could not. It never throws. */
export type ForeignExtractor = (language: string, content: Buffer) => readonly CodeSymbol[] | undefined;

const MAX_SYMBOLS = 20_000;
const KINDS: ReadonlySet<string> = new Set(SYMBOL_KINDS);

/**
 * Loads what another plugin brought; never rejects.
 * @param report hears in words what does not work
 */
export async function loadExtractor(
  { id, module }: Pick<SymbolModule, 'id' | 'module'>,
  report: (problem: string) => void,
): Promise<ForeignExtractor> {
  const fail = (what: string, error?: unknown) => {
    report(
      `the symbol extractor "${id}" ${what}${error === undefined ? '' : `: ${error instanceof Error ? error.message : String(error)}`}`,
    );
    return undefined;
  };
  try {
    const { extractSymbols } = (await import(module)) as { readonly extractSymbols?: unknown };
    if (typeof extractSymbols !== 'function') return () => fail('exports no function extractSymbols');
    return (language, content) => {
      try {
        return checked(extractSymbols(language, content), content) ?? fail('answered with something that is not a list of symbols');
      } catch (error) {
        return fail('failed', error);
      }
    };
  } catch (error) {
    fail('could not be loaded', error);
    return () => undefined;
  }
}

/** What a shard can hold of it: names that stand where they are said to, in order. */
function checked(answer: unknown, content: Buffer): readonly CodeSymbol[] | undefined {
  if (!Array.isArray(answer) || answer.some((symbol) => typeof symbol !== 'object' || symbol === null)) return undefined;
  const symbols: CodeSymbol[] = [];
  /** Where each symbol of the answer is among those that are kept; -1 for one that is not. */
  const keptAt: number[] = [];
  let last = -1;
  for (const { name, kind, start, container } of answer.slice(0, MAX_SYMBOLS) as Partial<CodeSymbol>[]) {
    const isThere = typeof name === 'string' && name !== '' && Number.isInteger(start) && start! > last && standsAt(content, name, start!);
    keptAt.push(isThere ? symbols.length : -1);
    if (!isThere) continue;
    last = start!;
    const known: SymbolKind = KINDS.has(String(kind)) ? kind! : 'unknown';
    symbols.push({ name, kind: known, start: start!, container: keptAt[container ?? -1] ?? -1 });
  }
  return symbols;
}

function standsAt(content: Buffer, name: string, start: number): boolean {
  return !name.includes('\n') && content.toString('utf8', start, start + Buffer.byteLength(name)) === name;
}
