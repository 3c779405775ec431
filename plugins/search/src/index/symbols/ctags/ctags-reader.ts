import type { CodeSymbol } from '../code-symbol.js';
import { CTAGS_LANGUAGES } from './ctags-languages.js';
import { CtagsProcess, type CtagsTag } from './ctags-process.js';
import type { CtagsProgram } from './ctags-program.js';
import { symbolsOfTags } from './symbols-of-tags.js';

/** Files that end their process one after another before ctags is given up. */
const MAX_FAILURES = 5;

/** Headers of C++ are called as those of C are; in one language's hands the classes of the other are lost. */
const IS_CPP = /^[ \t]*(?:class[ \t]+\w|namespace[ \t]+\w|template[ \t]*<|(?:public|private|protected)[ \t]*:)/m;

interface Asked {
  readonly extension: string;
  readonly content: Buffer;
  readonly resolve: (tags: readonly CtagsTag[] | undefined) => void;
}

export interface CtagsReaderOptions {
  /** Milliseconds one file may take; default 10,000. */
  readonly timeout?: number;
}

/**
 * Reads definitions by a process of ctags, which it starts at the first need and again after a file has ended it or taken
 * too long. Such a file has no answer; after several in a row nothing is asked any more.
 */
export class CtagsReader {
  readonly #languages: ReadonlySet<string>;
  readonly #timeout: number;
  /** In the order in which they were asked. */
  readonly #asked: Asked[] = [];
  #process: CtagsProcess | undefined;
  #timer: NodeJS.Timeout | undefined;
  #failuresInARow = 0;
  #failures = 0;
  #isClosed = false;

  constructor(
    private readonly program: CtagsProgram,
    { timeout = 10_000 }: CtagsReaderOptions = {},
  ) {
    this.#languages = new Set(program.languages);
    this.#timeout = timeout;
  }

  /** Files without an answer. */
  get failures(): number {
    return this.#failures;
  }

  reads(language: string): boolean {
    const known = Object.hasOwn(CTAGS_LANGUAGES, language) ? CTAGS_LANGUAGES[language] : undefined;
    return known !== undefined && this.#languages.has(known[0]);
  }

  /**
   * @param content not to be changed before the answer
   * @returns undefined when there is none; it never throws
   */
  async read(language: string, content: Buffer): Promise<readonly CodeSymbol[] | undefined> {
    if (content.length === 0) return [];
    const known = CTAGS_LANGUAGES[language === 'C' && IS_CPP.test(content.toString('latin1')) ? 'C++' : language];
    if (!known || this.#isClosed || this.#failuresInARow >= MAX_FAILURES) return undefined;
    const tags = await new Promise<readonly CtagsTag[] | undefined>((resolve) => this.#ask({ extension: known[1], content, resolve }));
    return tags && symbolsOfTags(known[0], tags, content);
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    this.#process?.kill();
    for (const { resolve } of this.#asked.splice(0)) resolve(undefined);
  }

  #ask(asked: Asked): void {
    this.#asked.push(asked);
    if (this.#asked.length === 1) this.#watch();
    if (this.#process) this.#process.ask(asked.extension, asked.content);
    else this.#start();
  }

  #start(): void {
    const started: CtagsProcess = new CtagsProcess(
      this.program,
      (tags) => {
        if (this.#process === started) this.#answer(tags);
      },
      () => {
        if (this.#process === started) this.#lost();
      },
    );
    this.#process = started;
    for (const { extension, content } of this.#asked) started.ask(extension, content);
  }

  /** The time of a file runs from the answer before it: until then it was not its turn. */
  #watch(): void {
    clearTimeout(this.#timer);
    this.#timer = this.#asked.length > 0 ? setTimeout(() => this.#process?.kill(), this.#timeout) : undefined;
  }

  #answer(tags: readonly CtagsTag[]): void {
    const asked = this.#asked.shift();
    this.#failuresInARow = 0;
    this.#watch();
    asked?.resolve(tags);
  }

  /** The process has ended, and the file whose turn it was is to blame. */
  #lost(): void {
    this.#process = undefined;
    if (this.#isClosed) return;
    const guilty = this.#asked.shift();
    if (!guilty) return;
    this.#failures++;
    const isGivenUp = ++this.#failuresInARow >= MAX_FAILURES;
    const unanswered = isGivenUp ? this.#asked.splice(0) : [];
    this.#failures += unanswered.length;
    this.#watch();
    if (this.#asked.length > 0) this.#start();
    for (const { resolve } of [guilty, ...unanswered]) resolve(undefined);
  }
}
