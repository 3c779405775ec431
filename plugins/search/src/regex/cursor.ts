import { PatternError, type RegexErrorCode } from './regex-error.js';

/** A position in a regexp source that moves by code points. */
export class Cursor {
  at = 0;
  constructor(readonly source: string) {}

  get done(): boolean {
    return this.at >= this.source.length;
  }

  /** The code point here; -1 at the end. */
  peek(): number {
    return this.source.codePointAt(this.at) ?? -1;
  }

  next(): number {
    const codePoint = this.peek();
    this.at += codePoint > 0xffff ? 2 : 1;
    return codePoint;
  }

  /** Moves past `text` when it stands here. */
  take(text: string): boolean {
    if (!this.source.startsWith(text, this.at)) return false;
    this.at += text.length;
    return true;
  }

  /** Moves past what the sticky expression matches here. */
  takeMatch(sticky: RegExp): RegExpExecArray | undefined {
    sticky.lastIndex = this.at;
    const match = sticky.exec(this.source);
    if (match === null) return undefined;
    this.at += match[0].length;
    return match;
  }

  looksAt(sticky: RegExp): boolean {
    sticky.lastIndex = this.at;
    return sticky.test(this.source);
  }

  /** An error about the text from `start` to here. */
  error(code: RegexErrorCode, message: string, start: number): PatternError {
    return new PatternError(code, message, start, Math.max(this.at, start + 1));
  }

  since(start: number): string {
    return this.source.slice(start, this.at);
  }
}
