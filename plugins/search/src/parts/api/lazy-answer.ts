import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Search, SearchRequest } from '../../api.js';
import { type CollectedAnswer, collectAnswer } from './collect-answer.js';

/** The answer to one search, made as far as the fields of the operation ask for it. */
export class LazyAnswer {
  #whole: Promise<CollectedAnswer> | undefined;
  #counted: Promise<CollectedAnswer> | undefined;

  constructor(
    private readonly search: Search,
    readonly request: SearchRequest,
  ) {}

  /** With its matches. */
  whole(): Promise<CollectedAnswer> {
    this.#whole ??= collectAnswer(this.search, this.request);
    return this.#whole;
  }

  /** Counts, filters and verdict; the matches may be missing. */
  counted(): Promise<CollectedAnswer> {
    this.#counted ??= this.#count();
    return this.#counted;
  }

  async #count(): Promise<CollectedAnswer> {
    // Fields of one object are asked in one turn: by the next it is known whether one of them wants the matches.
    await nextTurn();
    return this.#whole ?? collectAnswer(this.search, { ...this.request, display: 0 });
  }
}
