import fc from 'fast-check';
import { RE2JS } from 're2js';
import { describe, expect, it } from 'vitest';
import { Re2Finder, V8Finder } from './finders.js';
import { foldAscii } from './literal-matcher.js';
import type { LiteralQuery } from './literal-query.js';
import { parseRegex } from './parse-regex.js';
import { compilePattern } from './pattern.js';
import { RegexpMatcher } from './regexp-matcher.js';
import { planEngine } from './regexp-pattern.js';
import { simplify } from './simplify.js';

const chars = ['a', 'b', 'A', 'B', 'x', '1', '_', ' ', '-', '.', '\t', 'é', 'É', '日', 'ß', '😀', 'Ω', 'ω'];
const line = fc.array(fc.constantFrom(...chars), { maxLength: 14 }).map((parts) => parts.join(''));

const atom = fc.oneof(
  { weight: 24, arbitrary: fc.constantFrom(...chars.map((c) => c.replace(/[.]/, '\\.'))) },
  {
    weight: 20,
    arbitrary: fc.constantFrom(
      ...['.', '\\w', '\\d', '\\s', '\\W', '\\S', '\\D', '[ab]', '[^a]', '[a-x]', '[é日]', '[^é]', '[[:alpha:]]', '[[:^space:]_]'],
      ...['\\x{e9}', '\\xe9', '[\\w-]', '\\Q.-\\E', '[^\\w]', '[ω-ϊ]'],
    ),
  },
  { weight: 1, arbitrary: fc.constantFrom('\\pL', '\\p{Greek}', '\\PL', '[^\\pL]', '\\p{Lu}', '\\p{^Lu}') },
  { weight: 8, arbitrary: fc.constantFrom('^', '$', '\\b', '\\B', '\\A', '\\z', '(?i)', '(?-i)', '') },
);
const repeat = fc.constantFrom('*', '+', '?', '*?', '+?', '??', '{2}', '{1,3}', '{0,2}?', '{2,}', '{0,18}', '{17}', '{0,0}');
const { pattern } = fc.letrec<{ pattern: string; sequence: string; item: string }>((tie) => ({
  pattern: fc.array(tie('sequence'), { minLength: 1, maxLength: 3 }).map((branches) => branches.join('|')),
  sequence: fc.array(tie('item'), { maxLength: 4 }).map((items) => items.join('')),
  item: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    { weight: 5, arbitrary: atom },
    { weight: 3, arbitrary: fc.tuple(atom, repeat).map(([a, r]) => `(?:${a})${r}`) },
    {
      weight: 2,
      arbitrary: fc
        .tuple(tie('pattern'), fc.option(repeat, { nil: '' }), fc.constantFrom('(', '(?:', '(?i:', '(?U:'))
        .map(([p, r, o]) => `${o}${p})${r}`),
    },
  ),
}));

/** All matches as RE2 gives them, as byte offsets of the line. An empty match does not touch the match before it. */
function expected(source: string, text: string, caseSensitive: boolean): [number, number][] | undefined {
  const matcher = RE2JS.compile(source, RE2JS.MULTILINE | (caseSensitive ? 0 : RE2JS.CASE_INSENSITIVE)).matcher(text);
  const bytes = (offset: number) => Buffer.byteLength(text.slice(0, offset));
  const spans: [number, number][] = [];
  for (let at = 0, previous = -1; at <= text.length && matcher.find(at); ) {
    const [start, end] = [matcher.start(), matcher.end()];
    if (start !== end || start !== previous) spans.push([bytes(start), bytes(end)]);
    previous = start !== end || start !== previous ? end : previous;
    at = start === end ? end + ((text.codePointAt(end) ?? 0) > 0xffff ? 2 : 1) : end;
  }
  return spans;
}

function scanned(source: string, bytes: Buffer, caseSensitive: boolean): [number, number][] {
  const spans: [number, number][] = [];
  compilePattern({ kind: 'regexp', source, caseSensitive })
    .matcher()
    .scan(bytes, 0, bytes.length, (start, end) => void spans.push([start, end]));
  return spans;
}

function compilesInRe2(source: string): boolean {
  try {
    RE2JS.compile(source);
    return true;
  } catch {
    return false;
  }
}

function holds(query: LiteralQuery, folded: Buffer): boolean {
  switch (query.kind) {
    case 'any':
      return true;
    case 'none':
      return false;
    case 'literal':
      return folded.includes(query.bytes);
    case 'and':
      return query.of.every((part) => holds(part, folded));
    case 'or':
      return query.of.some((part) => holds(part, folded));
  }
}

const runs = { numRuns: Number(process.env['SEXTANT_TEST_RUNS'] ?? 150), seed: Number(process.env['SEXTANT_TEST_SEED'] ?? 20240515) };

describe('a pattern against RE2', () => {
  it('accepts what RE2 accepts, and finds the same spans on every line', () => {
    fc.assert(
      fc.property(pattern, fc.array(line, { minLength: 1, maxLength: 4 }), fc.boolean(), (source, lines, caseSensitive) => {
        const parsed = parseRegex(source, { caseSensitive });
        // Our program limit is lower than RE2's.
        if (!parsed.ok && parsed.error.code === 'too-large') return;
        expect(parsed.ok, source).toBe(compilesInRe2(source));
        if (!parsed.ok) return;
        for (const text of lines) expect(scanned(source, Buffer.from(text), caseSensitive)).toEqual(expected(source, text, caseSensitive));
      }),
      runs,
    );
  });

  it('finds in whole documents what it finds line by line', () => {
    fc.assert(
      fc.property(pattern, fc.array(line, { minLength: 1, maxLength: 4 }), (source, lines) => {
        const parsed = parseRegex(source, { caseSensitive: true });
        fc.pre(parsed.ok && !compilePattern({ kind: 'regexp', source, caseSensitive: true }).crossesLines);
        const spans: [number, number][] = [];
        let base = 0;
        for (const text of lines) {
          for (const [start, end] of scanned(source, Buffer.from(text), true)) spans.push([base + start, base + end]);
          base += Buffer.byteLength(text) + 1;
        }
        expect(scanned(source, Buffer.from(lines.join('\n')), true)).toEqual(spans);
      }),
      runs,
    );
  });

  it('requires only what every match holds', () => {
    fc.assert(
      fc.property(pattern, line, fc.boolean(), (source, text, caseSensitive) => {
        fc.pre(parseRegex(source, { caseSensitive }).ok);
        const bytes = Buffer.from(text);
        const compiled = compilePattern({ kind: 'regexp', source, caseSensitive });
        if (compiled.matcher().find(bytes, 0, bytes.length) !== undefined) expect(holds(compiled.required, foldAscii(bytes))).toBe(true);
      }),
      runs,
    );
  });

  it('gives the same answers from either engine', () => {
    fc.assert(
      fc.property(pattern, line, (source, text) => {
        const parsed = parseRegex(source, { caseSensitive: true });
        fc.pre(parsed.ok);
        if (!parsed.ok) return;
        const { re2, guarded } = planEngine(simplify(parsed.regex.node));
        const bytes = Buffer.from(text);
        const spans = (engine: 're2' | 'v8') =>
          new RegexpMatcher({
            ...{ engine, bytewise: false, crossesLines: false, ambiguous: true, longLoops: true },
            finder: (_engine, reading) =>
              engine === 'v8' && guarded !== undefined ? new V8Finder(guarded[reading], guarded.flags) : new Re2Finder(re2[reading], false),
          }).find(bytes, 0, bytes.length);
        const found = compilePattern({ kind: 'regexp', source, caseSensitive: true }).matcher().find(bytes, 0, bytes.length);
        expect(spans('re2')).toEqual(found);
        expect(spans('v8')).toEqual(found);
      }),
      runs,
    );
  });
});
