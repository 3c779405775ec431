import { RE2JS } from 're2js';
import type { PatternSpec } from '../engine/contract.js';

/** Longest value of a group that is told from others, UTF-16 units. */
export const MAX_CAPTURE = 200;

/**
 * Reads the first group of a regexp in hits that another engine has found: those know only where a match is. RE2 runs on the
 * hit alone where that tells, in linear time, and only else on its whole line.
 */
export class CaptureReader {
  readonly #pattern: RE2JS;

  constructor({ source, caseSensitive }: PatternSpec) {
    this.#pattern = RE2JS.compile(source, RE2JS.MULTILINE | (caseSensitive ? 0 : RE2JS.CASE_INSENSITIVE));
  }

  /**
   * The group in the hit between two offsets (UTF-16 units) of a line, or of the lines it lies on.
   * Undefined: the group took no part.
   */
  at(text: string, start: number, end: number): string | undefined {
    // A neighbour on each side is what edges of words and lines look at.
    const from = Math.max(start - 1, 0);
    return (
      this.#read(text.slice(from, end + 1), start - from, end - from) ??
      this.#read(text, start, end) ??
      this.#ofLine(text, start, end)
    )?.value;
  }

  /** The group in the first match of a short text. */
  first(text: string): string | undefined {
    const matcher = this.#pattern.matcher(text);
    return matcher.find() ? (matcher.group(1) ?? undefined) : undefined;
  }

  /** For the other engine a line may end before its carriage return. */
  #ofLine(text: string, start: number, end: number): { readonly value: string | undefined } | undefined {
    return text.endsWith('\r') ? this.#read(text.slice(0, -1), start, end) : undefined;
  }

  /** Undefined: there is no match just there. */
  #read(text: string, start: number, end: number): { readonly value: string | undefined } | undefined {
    const matcher = this.#pattern.matcher(text);
    if (!matcher.find(start) || matcher.start() !== start || matcher.end() !== end) return undefined;
    return { value: matcher.group(1) ?? undefined };
  }
}
