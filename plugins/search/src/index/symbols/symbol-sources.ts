import type { CtagsProgram } from './ctags/ctags-program.js';
import { SYMBOLS_VERSION } from './extract-symbols.js';

/** An extractor of another plugin. Builds run on threads, so it is named and loaded where it is needed. */
export interface SymbolModule {
  /** Whose it is; for messages. */
  readonly id: string;
  /** Linguist's names of the languages that it reads. */
  readonly languages: readonly string[];
  /** `file:` URL of an ES module with a function `extractSymbols(language, content)`. */
  readonly module: string;
  /** Grows when it answers differently: another value means that all is indexed again. */
  readonly version: number;
}

/** Where definitions come from, in this order: the module for the language, ctags, the own scanners. Plain data. */
export interface SymbolSources {
  readonly modules: readonly SymbolModule[];
  readonly ctags?: CtagsProgram;
}

export const OWN_SCANNERS: SymbolSources = { modules: [] };

/** What of it decides how a document is indexed. */
export function fingerprintOf({ modules, ctags }: SymbolSources): unknown {
  const foreign = modules.map(({ id, languages, version }) => [id, [...languages].sort(), version]);
  return [SYMBOLS_VERSION, ctags ? [ctags.version, ...ctags.languages] : [], foreign];
}
