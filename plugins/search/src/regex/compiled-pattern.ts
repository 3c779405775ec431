import type { PatternSpec } from '../engine/contract.js';
import type { LiteralQuery } from './literal-query.js';
import type { Matcher } from './matcher.js';

export interface CompiledPattern {
  readonly spec: PatternSpec;
  /** What a document must hold; sound for the whole document, and for each line when the pattern does not cross lines. */
  readonly required: LiteralQuery;
  /** The pattern may match a newline, or looks at the edges of the document (`\\A`, `\\z`): give the matcher whole documents. */
  readonly crossesLines: boolean;
  /** The pattern means the same on any bytes, so no text is checked for its encoding. */
  readonly bytewise: boolean;
  /** Every match begins with the same text of a few characters, which the engine itself looks for faster than anybody could before it. */
  readonly leads: boolean;
  /** Why `matcher().engine` runs, in words. */
  readonly why: string;
  /** A backtracking engine could take very long with it; it runs on a linear one where it does, which is slow enough. */
  readonly ambiguous: boolean;
  matcher(): Matcher;
}
