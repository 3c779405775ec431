import { createHighlighterCore, type HighlighterCore } from 'shiki/core';
import { createOnigurumaEngine } from 'shiki/engine/oniguruma';
import { bundledLanguages } from 'shiki/langs';
import { classesOfColour, TEXTMATE_THEME } from './textmate-theme.js';

let core: Promise<HighlighterCore> | undefined;

/** Calls back for each coloured stretch of the text, in order. Grammars are loaded when first needed. */
export async function textmateTokens(
  id: string,
  text: string,
  longest: number,
  token: (from: number, to: number, classes: string) => void,
): Promise<void> {
  core ??= createHighlighterCore({ engine: createOnigurumaEngine(import('shiki/wasm')), themes: [TEXTMATE_THEME], langs: [] });
  const shiki = await core;
  await shiki.loadLanguage(bundledLanguages[id as keyof typeof bundledLanguages]);
  const lines = shiki.codeToTokensBase(text, {
    lang: id,
    theme: TEXTMATE_THEME.name,
    tokenizeMaxLineLength: longest === Number.POSITIVE_INFINITY ? 0 : longest,
    tokenizeTimeLimit: 0, // the whole file has a deadline; a limit per line would cut lines short without a word
  });
  for (const line of lines)
    for (const { offset, content, color } of line) {
      const classes = classesOfColour(color);
      if (classes) token(offset, offset + content.length, classes);
    }
}
