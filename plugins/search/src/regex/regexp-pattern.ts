import { RE2JS } from 're2js';
import type { PatternSpec } from '../engine/contract.js';
import { ANY } from './literal-query.js';
import type { CompiledPattern, Matcher } from './pattern.js';

/** Compiles the regexp on the linear engine; every text may match. */
export function compileRegexp(spec: PatternSpec): CompiledPattern {
  const source = spec.kind === 'literal' ? RE2JS.quote(spec.source) : spec.source;
  const compiled = RE2JS.compile(source, RE2JS.MULTILINE | (spec.caseSensitive ? 0 : RE2JS.CASE_INSENSITIVE));
  const matcher: Matcher = {
    engine: 're2',
    find(bytes, from, end, start = from) {
      const found = compiled.matcher(bytes.latin1Slice(start, end));
      return found.find(from - start) ? { start: start + found.start(), end: start + found.end() } : undefined;
    },
    scan(bytes, start, end, visit) {
      const found = compiled.matcher(bytes.latin1Slice(start, end));
      while (found.find()) if (visit(start + found.start(), start + found.end()) === false) return;
    },
  };
  return { spec, required: ANY, crossesLines: /\\n|\(\?\w*s/.test(source), bytewise: false, matcher: () => matcher };
}
