import { setImmediate as nextTurn } from 'node:timers/promises';
import type { VisibilityService } from '@sextant/plugin-code-host/api';
import { Viewer } from '../../answer/viewer.js';
import type { Search, SearchMatch, SearchRequest } from '../../api.js';
import { type CollectedAnswer, collectAnswer } from './collect-answer.js';

/** The answer to one search, made as far as the fields of the operation ask for it. */
export class LazyAnswer {
  #viewer: Promise<Viewer> | undefined;
  #whole: Promise<CollectedAnswer> | undefined;
  #counted: Promise<CollectedAnswer> | undefined;

  constructor(
    private readonly search: Search,
    readonly request: SearchRequest,
    private readonly wall: VisibilityService,
  ) {}

  /** With its matches. */
  whole(): Promise<CollectedAnswer> {
    // Who looks first sees whether something is taken away while it is searched.
    this.#viewer ??= Viewer.of(this.wall, this.request.actor);
    this.#whole ??= this.#viewer.then(() => collectAnswer(this.search, this.request));
    return this.#whole;
  }

  /** Those of the matches that the asker may still see when all of them are known. */
  async matches(): Promise<readonly SearchMatch[]> {
    const { matches } = await this.whole();
    const viewer = await this.#viewer;
    await viewer?.look();
    return matches.filter((match) => viewer?.maySee(match));
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
