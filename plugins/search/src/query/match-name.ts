import type { DocExpr } from '../engine/contract.js';
import type { Matcher } from '../regex/matcher.js';
import { compilePattern } from '../regex/pattern.js';

/** Spans of a name in code points, `end` exclusive. */
export type NameSpans = readonly (readonly [start: number, end: number])[];

/** Tells whether a repository's name satisfies a plan's condition, and where; undefined when it does not. */
export type NameMatcher = (name: string) => NameSpans | undefined;

/** Applies the patterns of a condition to repository names. Conditions on documents are left to the search of documents. */
export function nameMatcher(expr: DocExpr): NameMatcher {
  const test = compile(expr);
  return (name) => {
    const spans: [number, number][] = [];
    return test(Buffer.from(name), spans) ? inCodePoints(name, spans) : undefined;
  };
}

/** Adds the byte spans of its hits, and answers whether the name matches. */
type NameTest = (name: Buffer, spans: [number, number][]) => boolean;

function compile(expr: DocExpr): NameTest {
  switch (expr.op) {
    case 'and':
    case 'or': {
      const tests = expr.of.map(compile);
      // Every branch of an `or` runs, so that all hits are shown.
      return (name, spans) => tests.map((test) => test(name, spans))[expr.op === 'and' ? 'every' : 'some'](Boolean);
    }
    case 'not': {
      const test = compile(expr.of);
      return (name) => !test(name, []);
    }
    case 'const':
      return () => expr.value;
    case 'match': {
      const matcher = compilePattern(expr.pattern).matcher();
      return (name, spans) => scan(matcher, name, spans);
    }
    default:
      return () => true;
  }
}

function scan(matcher: Matcher, name: Buffer, spans: [number, number][]): boolean {
  let found = false;
  matcher.scan(name, 0, name.length, (start, end) => {
    found = true;
    if (start < end) spans.push([start, end]);
  });
  return found;
}

function inCodePoints(name: string, spans: [number, number][]): NameSpans {
  const bytes = Buffer.from(name);
  const codePoints = (offset: number) => [...bytes.toString('utf8', 0, offset)].length;
  return spans.sort((a, b) => a[0] - b[0] || b[1] - a[1]).map(([start, end]) => [codePoints(start), codePoints(end)] as const);
}
