import { c } from './c.js';
import type { ExtractSymbols } from './code-symbol.js';
import { csharp } from './csharp.js';
import { go } from './go.js';
import { javascript } from './javascript.js';
import { java, kotlin, scala } from './jvm.js';
import { php } from './php.js';
import { python } from './python.js';
import { ruby } from './ruby.js';
import { rust } from './rust.js';
import { type LanguageScanner, scanSymbols } from './scan-symbols.js';
import { shell } from './shell.js';
import { swift } from './swift.js';

/** Grows when a scanner answers differently: an index built with another value is rebuilt. */
export const SYMBOLS_VERSION = 4;

const SCANNERS: Readonly<Record<string, LanguageScanner>> = {
  TypeScript: javascript,
  TSX: javascript,
  JavaScript: javascript,
  JSX: javascript,
  Vue: javascript,
  Svelte: javascript,
  Python: python,
  Go: go,
  Java: java,
  Kotlin: kotlin,
  Scala: scala,
  C: c,
  'C++': c,
  'Objective-C': c,
  'C#': csharp,
  Rust: rust,
  Ruby: ruby,
  PHP: php,
  Swift: swift,
  Shell: shell,
}; // biome-ignore format: a table

/** Definitions by the language of the file; none for a language without a scanner. */
export const extractSymbols: ExtractSymbols = (language, content) => {
  const scanner = language === undefined || !Object.hasOwn(SCANNERS, language) ? undefined : SCANNERS[language];
  return scanner ? scanSymbols(scanner, content) : [];
};
