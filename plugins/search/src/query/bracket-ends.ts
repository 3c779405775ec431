/** Finds the ends of bracket expressions such as `[^)]`, in which parentheses and blanks mean nothing. */
export class BracketEnds {
  /** From here on none is closed, so that a text of many is not scanned again for each. */
  #unclosed = Number.POSITIVE_INFINITY;

  constructor(private readonly text: string) {}

  /** The index of the `]` that closes the bracket expression at `at`; `at` itself when none does. */
  of(at: number): number {
    if (at >= this.#unclosed) return at;
    const { text } = this;
    let i = at + 1;
    if (text[i] === '^') i++;
    if (text[i] === ']') i++;
    for (; i < text.length; i++) {
      if (text[i] === '\\') i++;
      else if (text[i] === ']') return i;
      else if (text[i] === '[' && text[i + 1] === ':') i += (/^\[:[a-z]*:\]/i.exec(text.slice(i, i + MAX_CLASS_NAME))?.[0].length ?? 1) - 1;
    }
    this.#unclosed = at;
    return at;
  }
}

/** `[:xdigit:]`, with room. */
const MAX_CLASS_NAME = 16;
