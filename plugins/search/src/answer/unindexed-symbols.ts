import type { DocExpr } from '../engine/contract.js';
import type { ScanInput } from '../engine/scan-request.js';
import type { CodeSymbol } from '../index/symbols/code-symbol.js';
import { SymbolReader } from '../index/symbols/symbol-reader.js';
import type { SymbolSources } from '../index/symbols/symbol-sources.js';

/** Files whose definitions are asked for at once. */
const MAX_ASKED = 32;

/** Whether what is found depends on definitions, and not its order alone. */
export function asksForSymbols(expr: DocExpr, want: 'content' | 'path' | 'symbol'): boolean {
  return want === 'symbol' || mentionsSymbols(expr);
}

function mentionsSymbols(expr: DocExpr): boolean {
  switch (expr.op) {
    case 'and':
    case 'or':
      return expr.of.some(mentionsSymbols);
    case 'not':
      return mentionsSymbols(expr.of);
    case 'match':
      return expr.in.includes('symbol');
    default:
      return expr.op === 'symbolKind';
  }
}

/** The same documents in their order, with the definitions that the index would have where the own scanners would find others. */
export async function* withSymbols(
  documents: AsyncIterable<ScanInput>,
  sources: SymbolSources,
  languageOf: (path: string) => string | undefined,
): AsyncGenerator<ScanInput> {
  const reader = new SymbolReader(sources);
  const asked: (readonly [ScanInput, Promise<readonly CodeSymbol[]> | undefined])[] = [];
  const oldest = async (): Promise<ScanInput> => {
    const [document, symbols] = asked.shift()!;
    return symbols ? { ...document, symbols: await symbols } : document;
  };
  try {
    for await (const document of documents) {
      const language = languageOf(document.path);
      const isRead = !document.skip && document.content !== undefined && reader.asksOthers(language);
      asked.push([document, isRead ? reader.ask(language!, document.content!) : undefined]);
      while (asked.length > 0 && (asked.length > MAX_ASKED || !asked[0]![1])) yield await oldest();
    }
    while (asked.length > 0) yield await oldest();
  } finally {
    reader.close();
  }
}
