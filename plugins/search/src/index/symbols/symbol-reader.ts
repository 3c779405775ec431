import type { CodeSymbol } from './code-symbol.js';
import { CtagsReader, type CtagsReaderOptions } from './ctags/ctags-reader.js';
import { extractSymbols } from './extract-symbols.js';
import { type ForeignExtractor, loadExtractor } from './foreign-extractor.js';
import type { SymbolModule, SymbolSources } from './symbol-sources.js';

/** Reads the definitions of blobs for one build. */
export class SymbolReader {
  readonly #ctags: CtagsReader | undefined;
  readonly #moduleOf = new Map<string, SymbolModule>();
  readonly #loaded = new Map<SymbolModule, Promise<ForeignExtractor>>();
  readonly #problems = new Set<string>();

  constructor({ modules, ctags }: SymbolSources, options: CtagsReaderOptions = {}) {
    this.#ctags = ctags && new CtagsReader(ctags, options);
    for (const module of modules) {
      for (const language of module.languages) if (!this.#moduleOf.has(language)) this.#moduleOf.set(language, module);
    }
  }

  /** What did not work so far, in words; what it concerns was read by the own scanners. */
  get problems(): readonly string[] {
    const failures = this.#ctags?.failures ?? 0;
    return failures === 0 ? [...this.#problems] : [...this.#problems, `ctags gave no answer for ${failures} files`];
  }

  /** The definitions in order of their offset; a promise only where somebody else is asked. It never throws or rejects. */
  read(language: string | undefined, content: Buffer): readonly CodeSymbol[] | Promise<readonly CodeSymbol[]> {
    return language !== undefined && this.asksOthers(language)
      ? this.ask(language, Buffer.from(content))
      : extractSymbols(language, content);
  }

  /** False: the own scanners read it. */
  asksOthers(language: string | undefined): boolean {
    return language !== undefined && (this.#moduleOf.has(language) || this.#ctags?.reads(language) === true);
  }

  /** As {@link read} where others are asked. @param content not to be changed before the answer */
  async ask(language: string, content: Buffer): Promise<readonly CodeSymbol[]> {
    const module = this.#moduleOf.get(language);
    const symbols = module ? (await this.#load(module))(language, content) : await this.#ctags?.read(language, content);
    return symbols ?? extractSymbols(language, content);
  }

  #load(module: SymbolModule): Promise<ForeignExtractor> {
    const known = this.#loaded.get(module);
    if (known) return known;
    const loading = loadExtractor(module, (problem) => this.#problems.add(problem));
    this.#loaded.set(module, loading);
    return loading;
  }

  /** Ends the process that it has started. Files under way are read by the own scanners. */
  close(): void {
    this.#ctags?.close();
  }
}
