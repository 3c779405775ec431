import { serviceToken } from '@sextant/sdk';

export interface HighlightRequest {
  /**
   * Any stable name of the content: with the language, the cache key. Whoever asks for a person puts the repository into it, since a cached
   * answer comes sooner, and nobody may learn from that what is in a repository they cannot see.
   */
  readonly blob: string;
  /** The language is told by the name of the file, else by its first line. */
  readonly path: string;
  readonly text: string;
  /** Milliseconds from the call; beyond it the lines are plain and `aborted` is true. */
  readonly timeout: number;
  /** Wait as long as the server allows at all (`longTimeout`). */
  readonly disableTimeout?: boolean;
  /** Highlight lines of more than 2,000 characters too. */
  readonly highlightLongLines?: boolean;
}
export interface Highlighted {
  /** The time was up, or the file is too large: the lines are plain. */
  readonly aborted: boolean;
  /** Linguist's name of the language, such as `TypeScript`; `Plain Text` when none is known. */
  readonly language: string;
  /** One HTML fragment a line, escaped, with `<span class="tok-…">`; no line break. */
  readonly lines: readonly string[];
}
export interface Highlighter {
  /** Answers with plain lines rather than with an error. @throws the signal's reason when it is aborted. */
  highlight(request: HighlightRequest, signal?: AbortSignal): Promise<Highlighted>;
}
export const highlighter = serviceToken<Highlighter>('highlight.highlighter@1');
