import { RE2JS } from 're2js';

/** Finds the leftmost match at or after an offset of a text. */
export interface Finder {
  readonly engine: 'v8' | 're2';
  /** Answers false without a match; otherwise the span stands in `start` and `end`, which spares an object for each hit. */
  find(text: string, from: number): boolean;
  start: number;
  end: number;
}

export class V8Finder implements Finder {
  readonly engine = 'v8';
  start = 0;
  end = 0;
  private readonly regexp: RegExp;

  constructor(source: string, flags: string) {
    this.regexp = new RegExp(source, flags);
  }

  find(text: string, from: number): boolean {
    this.regexp.lastIndex = from;
    const match = this.regexp.exec(text);
    if (match === null) return false;
    this.start = match.index;
    this.end = match.index + match[0].length;
    return true;
  }
}

export class Re2Finder implements Finder {
  readonly engine = 're2';
  start = 0;
  end = 0;
  private readonly compiled: RE2JS;

  /** @param lineByLine the pattern looks at one line at a time, and `$` must hold before a carriage return as it does for V8 */
  constructor(
    source: string,
    private readonly lineByLine: boolean,
  ) {
    this.compiled = RE2JS.compile(source);
  }

  find(text: string, from: number): boolean {
    return this.lineByLine && text.includes('\r') ? this.findInLines(text, from) : this.findAt(text, from, 0);
  }

  private findInLines(text: string, from: number): boolean {
    let lineStart = text.lastIndexOf('\n', from - 1) + 1;
    if (from === 0) lineStart = 0;
    for (let at = from; lineStart <= text.length; at = lineStart) {
      const newline = text.indexOf('\n', at);
      const line = text.slice(lineStart, newline === -1 ? text.length : newline);
      if (this.findAt(line, at - lineStart, lineStart)) return true;
      if (line.endsWith('\r') && at - lineStart < line.length && this.findAt(line.slice(0, -1), at - lineStart, lineStart)) return true;
      if (newline === -1) return false;
      lineStart = newline + 1;
    }
    return false;
  }

  private findAt(text: string, from: number, base: number): boolean {
    const matcher = this.compiled.matcher(text);
    if (!matcher.find(from)) return false;
    this.start = base + matcher.start();
    this.end = base + matcher.end();
    return true;
  }
}
