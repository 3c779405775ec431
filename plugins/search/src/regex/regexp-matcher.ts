import { isAscii, isUtf8 } from 'node:buffer';
import type { ByteReading } from './emit.js';
import type { Finder } from './finders.js';
import type { ByteMatch, Matcher } from './matcher.js';

/** `guarded` is V8 with a form of the pattern that soon falls back to V8's linear engine. */
export type RegexpEngine = 'v8' | 'guarded' | 're2';

export interface RegexpMatcherOptions {
  readonly engine: 'v8' | 're2';
  /** One reading serves every text. */
  readonly bytewise: boolean;
  readonly crossesLines: boolean;
  /** The pattern may backtrack badly on any text. */
  readonly ambiguous: boolean;
  /** The pattern may backtrack as far as a line is long. */
  readonly longLoops: boolean;
  finder(engine: RegexpEngine, reading: ByteReading): Finder;
}

/** On lines up to this many bytes, even backtracking with the square of their length ends in milliseconds. */
const SHORT_LINE = 2_048;
/** Above this many milliseconds, plus one for each 20 kB of text, a search is too slow to be honest scanning. */
const SLOW_FLOOR = 5;
const BYTES_PER_MILLISECOND = 20_000;

/** How one text is searched; a slow search changes the engine for what is left of the text. */
interface Search {
  readonly text: string;
  readonly reading: ByteReading;
  engine: RegexpEngine;
}

interface DecodedText {
  readonly text: string;
  /** Each character is one byte, or no UTF-8 is there. */
  readonly plain: boolean;
}

/** Texts that every search looks at, which are decoded once. They go when their bytes do. */
const kept = new WeakMap<Buffer, { decoded?: DecodedText }>();

/** Says that these very bytes, which must not change, are scanned whole again and again. */
export function keepDecoded(bytes: Buffer): Buffer {
  kept.set(bytes, {});
  return bytes;
}

/** Runs a regexp over bytes seen as latin1 text, so that offsets are byte offsets. Finders are made when first needed. */
export class RegexpMatcher implements Matcher {
  private preferred: 'v8' | 're2';
  private readonly finders = new Map<string, Finder>();

  constructor(private readonly options: RegexpMatcherOptions) {
    this.preferred = options.engine;
  }

  get engine(): 'v8' | 're2' {
    return this.preferred;
  }

  find(bytes: Buffer, from: number, end: number, start = from): ByteMatch | undefined {
    if (from > end) return undefined;
    const finder = this.next(this.begin(bytes, start, end), from - start);
    return finder === undefined ? undefined : { start: start + finder.start, end: start + finder.end };
  }

  scan(bytes: Buffer, start: number, end: number, visit: (start: number, end: number) => boolean | void): void {
    const search = this.begin(bytes, start, end);
    let previous = -1;
    for (let at = 0; at <= search.text.length; ) {
      const finder = this.next(search, at);
      if (finder === undefined) return;
      const { start: from, end: to } = finder;
      // As in RE2, an empty match does not touch the match before it.
      if (from !== to || from !== previous) {
        previous = to;
        if (visit(start + from, start + to) === false) return;
      }
      at = from === to ? nextCharacter(search, to) : to;
    }
  }

  private begin(bytes: Buffer, start: number, end: number): Search {
    const { text, plain } = decode(bytes, start, end, !this.options.bytewise);
    return { text, reading: plain || this.options.bytewise ? 'bytes' : 'utf8', engine: this.engineFor(bytes, start, end) };
  }

  private engineFor(bytes: Buffer, start: number, end: number): RegexpEngine {
    const { longLoops, ambiguous, crossesLines } = this.options;
    if (this.preferred === 're2' || !longLoops) return this.preferred;
    if (ambiguous) return 'guarded';
    if (end - start <= SHORT_LINE) return 'v8';
    return crossesLines || hasLongLine(bytes, start, end) ? 'guarded' : 'v8';
  }

  private next(search: Search, from: number): Finder | undefined {
    let finder = this.run(search, from);
    // Only `\B` and the like can hold inside a character; RE2 does not look there.
    while (finder !== undefined && search.reading === 'utf8' && isContinuation(search.text, finder.start)) {
      finder = this.run(search, nextCharacter(search, finder.start));
    }
    return finder;
  }

  private run(search: Search, from: number): Finder | undefined {
    const { text, reading, engine } = search;
    const finder = this.finderFor(engine, reading);
    if (finder.engine === 're2') return finder.find(text, from) ? finder : undefined;
    const began = engine === 'guarded' ? performance.now() : 0;
    let found: boolean;
    try {
      found = finder.find(text, from);
    } catch {
      // V8 gives up on a pattern that compiles to too much code, and when its backtrack stack is full.
      search.engine = 're2';
      return this.run(search, from);
    }
    if (engine === 'guarded' && performance.now() - began > SLOW_FLOOR + text.length / BYTES_PER_MILLISECOND) {
      search.engine = 're2';
      // A pattern that is ambiguous on one text will be so on the next.
      if (this.options.ambiguous) this.preferred = 're2';
    }
    return found ? finder : undefined;
  }

  private finderFor(engine: RegexpEngine, reading: ByteReading): Finder {
    const key = `${engine}:${reading}`;
    let finder = this.finders.get(key);
    if (finder === undefined) {
      finder = this.options.finder(engine, reading);
      this.finders.set(key, finder);
    }
    return finder;
  }
}

function decode(bytes: Buffer, start: number, end: number, wantsReading: boolean): DecodedText {
  const keeper = start === 0 && end === bytes.length ? kept.get(bytes) : undefined;
  if (keeper) return (keeper.decoded ??= decodeNow(bytes, start, end, true));
  return decodeNow(bytes, start, end, wantsReading);
}

function decodeNow(bytes: Buffer, start: number, end: number, wantsReading: boolean): DecodedText {
  const text = bytes.toString('latin1', start, end);
  if (!wantsReading) return { text, plain: false };
  const part = bytes.subarray(start, end);
  return { text, plain: isAscii(part) || !isUtf8(part) };
}

/** Jumps from line to line, so it looks at little of an ordinary text. */
function hasLongLine(bytes: Buffer, start: number, end: number): boolean {
  let lineStart = start;
  while (lineStart + SHORT_LINE < end) {
    const newline = bytes.lastIndexOf(0x0a, lineStart + SHORT_LINE);
    if (newline < lineStart) return true;
    lineStart = newline + 1;
  }
  return false;
}

function nextCharacter({ text, reading }: Search, at: number): number {
  let next = at + 1;
  if (reading === 'utf8') while (isContinuation(text, next)) next++;
  return next;
}

function isContinuation(text: string, at: number): boolean {
  return (text.charCodeAt(at) & 0xc0) === 0x80;
}
