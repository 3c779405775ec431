import { isNullable, type Node, some } from './ast.js';
import { ByteClass, type Dialect } from './byte-class.js';
import { contains, type Ranges } from './ranges.js';

/** How the bytes of the text are read: as UTF-8 (only for text known to be valid), or each byte on its own. */
export type ByteReading = 'utf8' | 'bytes';

export interface EmitOptions {
  readonly reading: ByteReading;
  readonly dialect: Dialect;
  /** Write counted repeats out in pieces that V8's linear engine takes; otherwise as counts. */
  readonly writeOutCounts: boolean;
  /**
   * Capture the body of every unbounded repeat. Without captures V8 runs simple loops in a way that hardly counts as backtracking,
   * so its fallback would come seconds late; with them it comes after milliseconds, at some cost in ordinary speed.
   */
  readonly captureLoops?: boolean;
}

/** The most that nested counts may multiply to in V8's linear engine. */
const LINEAR_COUNT = 16;
const MAX_PIECES_LENGTH = 4_000;

/**
 * The source of a regexp over the text's bytes seen as latin1 characters. It needs no flag but `m` (V8), and none of the
 * features that V8's linear engine refuses. Undefined: written out, the counts would be too long.
 * The node must be simplified, and must not hold a nullable body under an unbounded repeat when the dialect is V8's:
 * ECMAScript gives an empty iteration another meaning.
 */
export function emitSource(node: Node, options: EmitOptions): string | undefined {
  const emitter = new Emitter(
    options,
    some(node, (n) => n.kind === 'assert' && n.at === 'notWordEdge'),
  );
  const { source } = emitter.emit(node);
  return options.writeOutCounts && source.length > MAX_PIECES_LENGTH && emitter.wroteOut ? undefined : emitter.tooLong ? undefined : source;
}

/** True when an optional iteration of a repeat may consume nothing; written out for V8, such choices multiply. */
export function hasEmptyLoop(node: Node): boolean {
  return some(node, (n) => n.kind === 'repeat' && n.max > 1 && n.max !== n.min && isNullable(n.of));
}

/** True when some part may repeat so often that the length of the text matters more than the length of the pattern. */
export function hasLongLoop(node: Node): boolean {
  return some(node, (n) => n.kind === 'repeat' && n.max > LINEAR_COUNT);
}

/** `level`: 0 choice, 1 sequence, 2 atom. `count`: the product of the counts nested in it. */
interface Piece {
  readonly source: string;
  readonly level: 0 | 1 | 2;
  readonly count: number;
}

class Emitter {
  wroteOut = false;
  tooLong = false;

  constructor(
    private readonly options: EmitOptions,
    private readonly hasNotWordEdge: boolean,
  ) {}

  emit(node: Node): Piece {
    switch (node.kind) {
      case 'empty':
        return { source: '(?:)', level: 2, count: 1 };
      case 'literal':
        return this.literal(node.text);
      case 'class':
        return this.class(node.ranges);
      case 'assert':
        return { source: ASSERTIONS[this.options.dialect][node.at], level: 2, count: 1 };
      case 'capture':
        return this.emit(node.of);
      case 'concat':
        return combine(
          node.of.map((child) => this.emit(child)),
          '',
          1,
        );
      case 'alternate':
        return combine(
          node.of.map((child) => this.emit(child)),
          '|',
          0,
        );
      case 'repeat':
        return this.repeat(node);
    }
  }

  private literal(text: string): Piece {
    const bytes = Buffer.from(text, 'utf8');
    return { source: [...bytes].map(escapeByte).join(''), level: bytes.length === 1 ? 2 : 1, count: 1 };
  }

  private class(ranges: Ranges): Piece {
    const { dialect, reading } = this.options;
    const byteClass = ByteClass.of(ranges, dialect);
    if (byteClass.isAscii) return { source: byteClass.ascii(), level: 2, count: 1 };
    // A class that holds U+FFFD takes stray bytes too, as RE2 reads them.
    if (reading === 'bytes' && contains(ranges, 0xfffd)) return { source: byteClass.anyHigh(), level: 2, count: 1 };
    const branches = byteClass.alternatives();
    return { source: branches.join('|'), level: branches.length === 1 ? 1 : 0, count: 1 };
  }

  private repeat(node: Node & { kind: 'repeat' }): Piece {
    const { of, min, max, lazy } = node;
    const mark = lazy ? '?' : '';
    const body = this.emit(of);
    if (max === Number.POSITIVE_INFINITY) {
      const many = this.manyBytes(of);
      const loop = this.options.captureLoops ? `(${many ?? body.source})` : (many ?? atom(body));
      if (many === undefined && min <= 1) return { source: `${loop}${min === 0 ? '*' : '+'}${mark}`, level: 1, count: body.count };
      const head = this.times(body, min);
      return { source: `${wrapped(head, 1)}${loop}*${mark}`, level: 1, count: Math.max(head.count, body.count) };
    }
    if (this.options.dialect === 're2') return { source: `${atom(body)}{${min},${max}}${mark}`, level: 1, count: 1 };
    const head = this.times(body, min);
    const tail = this.optional(node, body, max - min);
    return combine(
      [head, tail].filter((piece) => piece.source !== ''),
      '',
      1,
    );
  }

  /** Exactly `n` copies. */
  private times(body: Piece, n: number): Piece {
    if (n === 0) return { source: '', level: 1, count: 1 };
    if (n === 1) return body;
    const most = this.options.writeOutCounts ? Math.max(1, Math.floor(LINEAR_COUNT / body.count)) : n;
    if (n <= most) return { source: `${atom(body)}{${n}}`, level: 1, count: body.count * n };
    this.wroteOut = true;
    const full = most === 1 ? atom(body) : `${atom(body)}{${most}}`;
    const rest = this.times(body, n % most);
    return { source: this.bounded(full, Math.floor(n / most)) + wrapped(rest, 1), level: 1, count: body.count * most };
  }

  /** Up to `n` copies, in the order of preference of `node`. */
  private optional(node: Node & { kind: 'repeat' }, body: Piece, n: number): Piece {
    if (n === 0) return { source: '', level: 1, count: 1 };
    const mark = node.lazy ? '?' : '';
    if (isNullable(node.of)) {
      // ECMAScript rejects an optional iteration that consumes nothing; a choice does not.
      this.wroteOut = true;
      const [open, close] = node.lazy ? ['(?:|', ')'] : ['(?:', '|)'];
      return { source: this.bounded(`${open}${wrapped(body, 1)}`, n) + this.bounded(close, n), level: 1, count: body.count };
    }
    if (n === 1) return { source: `${atom(body)}?${mark}`, level: 1, count: body.count };
    if (!this.options.writeOutCounts || n * body.count <= LINEAR_COUNT) {
      return { source: `${atom(body)}{0,${n}}${mark}`, level: 1, count: body.count * n };
    }
    this.wroteOut = true;
    if (node.of.kind !== 'class' && !(node.of.kind === 'literal' && node.of.text.length === 1)) {
      const open = `(?:${wrapped(body, 1)}`;
      return { source: this.bounded(open, n) + this.bounded(`)?${mark}`, n), level: 1, count: body.count };
    }
    // One character each: sixteen more if that many stand there, otherwise fewer.
    const few = `${atom(body)}{0,${LINEAR_COUNT - 1}}${mark}`;
    const more = `${atom(body)}{${LINEAR_COUNT}}${this.optional(node, body, n - LINEAR_COUNT).source}`;
    return { source: node.lazy ? `(?:${few}|${more})` : `(?:${more}|${few})`, level: 2, count: LINEAR_COUNT };
  }

  private bounded(text: string, copies: number): string {
    if (text.length * copies > MAX_PIECES_LENGTH) this.tooLong = true;
    return this.tooLong ? '' : text.repeat(copies);
  }

  /**
   * A one-byte class that may stand for the class inside a loop: where all characters beyond ASCII belong to it, so do their bytes.
   * What follows the loop begins on a character again, unless it is `\B`, which holds inside one.
   */
  private manyBytes(of: Node): string | undefined {
    if (of.kind !== 'class' || this.options.reading === 'bytes' || this.hasNotWordEdge) return undefined;
    const byteClass = ByteClass.of(of.ranges, this.options.dialect);
    return byteClass.holdsAllHigh ? byteClass.anyHigh() : undefined;
  }
}

const ASSERTIONS = {
  v8: { lineStart: '(?<![^\\n])', lineEnd: '$', textStart: '(?<![^])', textEnd: '$', wordEdge: '\\b', notWordEdge: '\\B' },
  re2: { lineStart: '(?m:^)', lineEnd: '(?m:$)', textStart: '\\A', textEnd: '\\z', wordEdge: '\\b', notWordEdge: '\\B' },
} as const;

function combine(pieces: readonly Piece[], separator: string, level: 0 | 1): Piece {
  if (pieces.length === 1) return pieces[0] as Piece;
  return {
    source: pieces.map((piece) => wrapped(piece, level)).join(separator),
    level: pieces.length === 0 ? 2 : level,
    count: pieces.reduce((most, piece) => Math.max(most, piece.count), 1),
  };
}

function wrapped(piece: Piece, level: 0 | 1 | 2): string {
  return piece.level >= level ? piece.source : `(?:${piece.source})`;
}

function atom(piece: Piece): string {
  return wrapped(piece, 2);
}

/** One byte as a character of a regexp, outside of brackets. */
function escapeByte(byte: number): string {
  const char = String.fromCharCode(byte);
  if (/[0-9A-Za-z_ "#%&',:;<=>@`~!-]/.test(char)) return char;
  return byte > 0x20 && byte < 0x7f ? `\\${char}` : `\\x${byte.toString(16).padStart(2, '0')}`;
}
