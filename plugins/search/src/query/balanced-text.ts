import { BracketEnds } from './bracket-ends.js';
import { fieldNamed } from './fields.js';

/**
 * Finds text whose parentheses are its own, such as `foo(a, b)`: blanks between them belong to it. Parentheses around a filter or an operator
 * group instead, so text that would hold one is none.
 */
export class BalancedText {
  /** Parentheses that are never closed, or hold a filter or an operator: no text goes past them, and none is scanned twice. */
  readonly #notText = new Set<number>();
  readonly #brackets: BracketEnds;

  constructor(
    private readonly text: string,
    private readonly isRegexp: boolean,
  ) {
    this.#brackets = new BracketEnds(text);
  }

  /** The end of the text that begins at `start`: a blank, a parenthesis that closes nothing, or the end. Undefined: it is no text. */
  endOf(start: number): number | undefined {
    const { text } = this;
    const open: number[] = [];
    let i = start;
    for (; i < text.length; i++) {
      const char = text.charCodeAt(i);
      if (char === BACKSLASH) i++;
      else if (char === OPEN) {
        if (this.#notText.has(i)) return this.#fail(open);
        open.push(i);
        if (this.#meansMore(i + 1)) return this.#fail(open);
      } else if (char === CLOSE) {
        if (open.length === 0) return i;
        open.pop();
      } else if (char === BRACKET && this.isRegexp) i = this.#brackets.of(i);
      else if (char <= SPACE || char >= NO_BREAK_SPACE) {
        if (!/\s/.test(text[i] as string)) continue;
        if (open.length === 0) return i;
        if (this.#meansMore(i + 1)) return this.#fail(open);
      }
    }
    return open.length === 0 ? text.length : this.#fail(open);
  }

  #fail(open: readonly number[]): undefined {
    for (const at of open) this.#notText.add(at);
  }

  /** A filter or an operator begins here. */
  #meansMore(at: number): boolean {
    const match = sticky(/(?:and|or|not)\s|-?([a-z]+):/iy, this.text, at);
    return match !== null && (match[1] === undefined || fieldNamed(match[1]) !== undefined);
  }
}

const BACKSLASH = 92;
const OPEN = 40;
const CLOSE = 41;
const BRACKET = 91;
const SPACE = 32;
const NO_BREAK_SPACE = 160;

function sticky(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}
