import type { PatternSpec } from '../engine/contract.js';
import { escapeRegexp } from '../query/pattern-runs.js';
import { compilePattern } from '../regex/pattern.js';
import { PatternError } from '../regex/regex-error.js';

/** How well a name fits what is typed, best first: all of it, its beginning, the beginning of a word in it, any part of it. */
export const FIT = { exact: 0, prefix: 1, word: 2, part: 3 } as const;
export type Fit = (typeof FIT)[keyof typeof FIT];

/** Tells how a name fits; undefined: it does not. The last segment of a path counts as a name of its own. */
export type NameRanker = (name: string) => Fit | undefined;

/** What is typed as the value of a filter that takes RE2 syntax; half-written syntax is text. */
export function typedPattern(typed: string): PatternSpec {
  const spec: PatternSpec = { kind: 'regexp', source: typed, caseSensitive: false };
  try {
    compilePattern(spec);
    return spec;
  } catch (error) {
    if (error instanceof PatternError) return typedText(typed);
    throw error;
  }
}

/** As RE2 syntax. */
export const patternSource = ({ kind, source }: PatternSpec): string => (kind === 'regexp' ? source : escapeRegexp(source));

export const typedText = (typed: string): PatternSpec => ({ kind: 'literal', source: typed, caseSensitive: false });

export function nameRanker(pattern: PatternSpec): NameRanker {
  if (pattern.source === '') return () => FIT.prefix;
  const matcher = compilePattern(pattern).matcher();
  return (name) => {
    const bytes = Buffer.from(name);
    const segment = bytes.lastIndexOf(SLASH) + 1;
    let best: Fit | undefined;
    matcher.scan(bytes, 0, bytes.length, (start, end) => {
      const begins = start === 0 || start === segment;
      const fit = begins ? (end === bytes.length ? FIT.exact : FIT.prefix) : beginsWord(bytes, start) ? FIT.word : FIT.part;
      if (best === undefined || fit < best) best = fit;
      return best !== FIT.exact;
    });
    return best;
  };
}

const SLASH = 0x2f;
const isUpper = (byte: number | undefined): boolean => byte !== undefined && byte >= 0x41 && byte <= 0x5a;
const isWord = (byte: number | undefined): boolean =>
  byte !== undefined && (isUpper(byte) || (byte >= 0x61 && byte <= 0x7a) || (byte >= 0x30 && byte <= 0x39) || byte >= 0x80);

const beginsWord = (bytes: Buffer, at: number): boolean => !isWord(bytes[at - 1]) || (isUpper(bytes[at]) && !isUpper(bytes[at - 1]));
