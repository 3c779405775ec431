import { isAscii, isUtf8 } from 'node:buffer';
import type { ByteReading } from './emit.js';
import type { Finder } from './finders.js';
import type { ByteMatch, Matcher } from './pattern.js';

export interface RegexpMatcherOptions {
  readonly engine: 'v8' | 're2';
  /** One reading serves every text. */
  readonly bytewise: boolean;
  /** The pattern may backtrack badly: the first text that is slow moves it to the linear engine for good. */
  readonly watchTime: boolean;
  finder(engine: 'v8' | 're2', reading: ByteReading): Finder;
}

/** Above this many milliseconds, plus one for each 20 kB of text, a search is too slow to be honest scanning. */
const SLOW_FLOOR = 5;
const BYTES_PER_MILLISECOND = 20_000;

/** Runs a regexp over bytes seen as latin1 text, so that offsets are byte offsets. Finders are made when first needed. */
export class RegexpMatcher implements Matcher {
  private current: 'v8' | 're2';
  private readonly finders = new Map<string, Finder>();

  constructor(private readonly options: RegexpMatcherOptions) {
    this.current = options.engine;
  }

  get engine(): 'v8' | 're2' {
    return this.current;
  }

  find(bytes: Buffer, from: number, end: number, start = from): ByteMatch | undefined {
    if (from > end) return undefined;
    const finder = this.search(this.readingOf(bytes, start, end), bytes.toString('latin1', start, end), from - start);
    return finder === undefined ? undefined : { start: start + finder.start, end: start + finder.end };
  }

  scan(bytes: Buffer, start: number, end: number, visit: (start: number, end: number) => boolean | void): void {
    const reading = this.readingOf(bytes, start, end);
    const text = bytes.toString('latin1', start, end);
    let previous = -1;
    for (let at = 0; at <= text.length; ) {
      const finder = this.search(reading, text, at);
      if (finder === undefined) return;
      const { start: from, end: to } = finder;
      // As in RE2, an empty match does not touch the match before it.
      if (from !== to || from !== previous) {
        previous = to;
        if (visit(start + from, start + to) === false) return;
      }
      at = from === to ? nextCharacter(text, to, reading) : to;
    }
  }

  private readingOf(bytes: Buffer, start: number, end: number): ByteReading {
    if (this.options.bytewise) return 'bytes';
    const slice = bytes.subarray(start, end);
    return isAscii(slice) || !isUtf8(slice) ? 'bytes' : 'utf8';
  }

  private search(reading: ByteReading, text: string, from: number): Finder | undefined {
    let finder = this.searchOnce(reading, text, from);
    // Only `\B` and the like can hold inside a character; RE2 does not look there.
    while (finder !== undefined && reading === 'utf8' && isContinuation(text, finder.start)) {
      finder = this.searchOnce(reading, text, nextCharacter(text, finder.start, reading));
    }
    return finder;
  }

  private searchOnce(reading: ByteReading, text: string, from: number): Finder | undefined {
    const finder = this.finderFor(reading);
    if (!this.options.watchTime || finder.engine === 're2') return finder.find(text, from) ? finder : undefined;
    const began = performance.now();
    const found = finder.find(text, from);
    if (performance.now() - began > SLOW_FLOOR + text.length / BYTES_PER_MILLISECOND) this.current = 're2';
    return found ? finder : undefined;
  }

  private finderFor(reading: ByteReading): Finder {
    const key = `${this.current}:${reading}`;
    let finder = this.finders.get(key);
    if (finder === undefined) this.finders.set(key, (finder = this.options.finder(this.current, reading)));
    return finder;
  }
}

function nextCharacter(text: string, at: number, reading: ByteReading): number {
  let next = at + 1;
  if (reading === 'utf8') while (isContinuation(text, next)) next++;
  return next;
}

function isContinuation(text: string, at: number): boolean {
  return (text.charCodeAt(at) & 0xc0) === 0x80;
}
