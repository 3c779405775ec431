import { classHighlighter, highlightTree } from '@lezer/highlight';
import { LineWriter, LONG_LINE, plainLines } from '../html/line-writer.js';
import type { Language } from '../languages/language-of.js';
import { lezerGrammar } from './lezer-grammar.js';
import { textmateTokens } from './textmate-tokens.js';

export interface HighlightTask {
  readonly text: string;
  readonly language: Language;
  readonly highlightLongLines: boolean;
}

/** Takes as long as it takes: hostile text can make a grammar slow, so it runs on a thread that can be ended. */
export async function highlightText({ text, language, highlightLongLines }: HighlightTask): Promise<string[]> {
  const { grammar } = language;
  const longest = highlightLongLines ? Number.POSITIVE_INFINITY : LONG_LINE;
  if (!grammar || !hasLineUpTo(text, longest)) return plainLines(text);
  const writer = new LineWriter(text, longest);
  const span = writer.span.bind(writer);
  if (grammar.kind === 'lezer') highlightTree((await lezerGrammar(grammar.id, text)).parse(text), classHighlighter, span);
  else await textmateTokens(grammar.id, text, longest, span);
  return writer.finish();
}

function hasLineUpTo(text: string, longest: number): boolean {
  for (let from = 0; from < text.length; ) {
    const at = text.indexOf('\n', from);
    const end = at === -1 ? text.length : at;
    if (end > from && end - from <= longest) return true;
    from = end + 1;
  }
  return false;
}
