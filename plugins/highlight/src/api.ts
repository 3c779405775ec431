import { serviceToken } from '@sextant/sdk';

export interface HighlightRequest {
  /** Any stable name of the content (its blob id): the cache key together with the path's language. */
  readonly blob: string;
  readonly path: string;
  readonly text: string;
  /** Milliseconds; beyond it the lines are plain and `aborted` is true. */
  readonly timeout: number;
  /** Highlight however long the lines are. */
  readonly disableTimeout?: boolean;
}
export interface Highlighted {
  readonly aborted: boolean;
  readonly language: string;
  /** One HTML fragment a line, escaped, with `<span class="tok-…">`; no line break. */
  readonly lines: readonly string[];
}
export interface Highlighter {
  highlight(request: HighlightRequest, signal?: AbortSignal): Promise<Highlighted>;
}
export const highlighter = serviceToken<Highlighter>('highlight.highlighter@1');
