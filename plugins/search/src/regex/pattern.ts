import type { PatternSpec } from '../engine/contract.js';
import type { CompiledPattern } from './compiled-pattern.js';
import { emptyMatcher, exactMatcher, foldAscii, foldedMatcher } from './literal-matcher.js';
import { literalRun } from './literal-query.js';
import { compileRegexp } from './regexp-pattern.js';

/**
 * Compiles a pattern for byte search.
 * @throws PatternError when a regexp is not RE2 syntax or too large; the query parser has refused such patterns before
 */
export function compilePattern(spec: PatternSpec): CompiledPattern {
  return spec.kind === 'literal' ? compileLiteral(spec) : compileRegexp(spec);
}

function compileLiteral(spec: PatternSpec): CompiledPattern {
  const bytes = Buffer.from(spec.source, 'utf8');
  const folded = foldAscii(bytes);
  const letterless = spec.source.toLowerCase() === spec.source.toUpperCase();
  // Case beyond ASCII needs the Unicode tables of the regexp side.
  if (!spec.caseSensitive && !letterless && !isAscii(spec.source)) return compileRegexp(spec);
  const matcher = bytes.length === 0 ? emptyMatcher() : spec.caseSensitive || letterless ? exactMatcher(bytes) : foldedMatcher(folded);
  return {
    spec,
    required: literalRun(folded),
    crossesLines: spec.source.includes('\n'),
    bytewise: true,
    leads: true,
    why: 'a text is found by its bytes',
    ambiguous: false,
    matcher: () => matcher,
  };
}

function isAscii(text: string): boolean {
  return /^[\0-\x7f]*$/.test(text);
}
