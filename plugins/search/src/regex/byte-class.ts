import { ANY_CHAR, contains, intersect, negate, normalise, type Ranges, subtract, union } from './ranges.js';
import { type ByteRange, type ByteSequence, utf8Sequences } from './utf8-sequences.js';

/** Whose syntax is written. */
export type Dialect = 'v8' | 're2';

const ASCII: Ranges = [0, 0x7f];
const HIGH: Ranges = subtract(ANY_CHAR, ASCII);
/** In valid UTF-8 the lead byte tells how many bytes follow; the finer rules need no check. */
const HIGH_SEQUENCES = [
  '[\\xc2-\\xdf][\\x80-\\xbf]',
  '[\\xe0-\\xef][\\x80-\\xbf][\\x80-\\xbf]',
  '[\\xf0-\\xf4][\\x80-\\xbf][\\x80-\\xbf][\\x80-\\xbf]',
];

/** A set of characters as classes of bytes. */
export class ByteClass {
  readonly isAscii: boolean;
  private readonly low: Ranges;
  private readonly high: Ranges;

  private static readonly known = { v8: new WeakMap<Ranges, ByteClass>(), re2: new WeakMap<Ranges, ByteClass>() };
  private written?: readonly string[];

  /** The class of a set; large sets such as `\pL` recur within a pattern and between patterns. */
  static of(ranges: Ranges, dialect: Dialect): ByteClass {
    const known = ByteClass.known[dialect].get(ranges);
    if (known !== undefined) return known;
    const created = new ByteClass(ranges, dialect);
    ByteClass.known[dialect].set(ranges, created);
    return created;
  }

  private constructor(
    ranges: Ranges,
    private readonly dialect: Dialect,
  ) {
    this.low = intersect(ranges, ASCII);
    this.high = intersect(ranges, HIGH);
    this.isAscii = this.high.length === 0;
  }

  /** Every character beyond ASCII belongs to the set; surrogates are none. */
  get holdsAllHigh(): boolean {
    return subtract(HIGH, union(this.high, [0xd800, 0xdfff])).length === 0;
  }

  /** The ASCII part. */
  ascii(): string {
    return this.bytes(this.low);
  }

  /** The ASCII part and any byte beyond. */
  anyHigh(): string {
    return this.bytes(union(this.low, [0x80, 0xff]));
  }

  /** Alternatives that no text satisfies twice, ASCII first. */
  alternatives(): readonly string[] {
    if (this.written === undefined) {
      const low = this.low.length === 0 ? [] : [this.ascii()];
      this.written = [...low, ...(this.holdsAllHigh ? HIGH_SEQUENCES : this.branches(utf8Sequences(this.high)))];
    }
    return this.written;
  }

  /** Lead bytes with what may follow them; leads that the same bytes may follow stand together. */
  private branches(sequences: readonly ByteSequence[]): string[] {
    const byLead = Map.groupBy(sequences, (sequence) => (sequence[0] as ByteRange).join());
    const leadsOf = new Map<string, number[]>();
    for (const group of byLead.values()) {
      const rest = group.map((sequence) => sequence.slice(1)).filter((sequence) => sequence.length > 0);
      const following = this.branches(rest);
      const source = following.length > 1 ? `(?:${following.join('|')})` : following.join('');
      const leads = leadsOf.get(source) ?? [];
      leads.push(...((group[0] as ByteSequence)[0] as ByteRange));
      leadsOf.set(source, leads);
    }
    return [...leadsOf].map(([following, leads]) => this.bytes(normalise(leads)) + following);
  }

  private bytes(set: Ranges): string {
    if (set.length === 0) return this.dialect === 'v8' ? '[]' : '[^\\x00-\\x{10FFFF}]';
    if (set.length === 2 && set[0] === 0 && set[1] === 0xff) return this.dialect === 'v8' ? '[^]' : '(?s:.)';
    const inverse = intersect(negate(set), [0, 0xff]);
    return contains(set, 0xff) && inverse.length < set.length ? `[^${members(inverse)}]` : `[${members(set)}]`;
  }
}

function members(set: Ranges): string {
  let out = '';
  for (let i = 0; i < set.length; i += 2) {
    const lo = set[i] as number;
    const hi = set[i + 1] as number;
    out += lo === hi ? member(lo) : hi === lo + 1 ? member(lo) + member(hi) : `${member(lo)}-${member(hi)}`;
  }
  return out;
}

function member(byte: number): string {
  if (byte === 0x0a) return '\\n';
  const char = String.fromCharCode(byte);
  return /[0-9A-Za-z_]/.test(char) ? char : `\\x${byte.toString(16).padStart(2, '0')}`;
}
