import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PatternType } from '../api.js';
import { tokenize } from '../query/lexer.js';
import { patternTypeOf } from '../query/parse-query.js';
import { splitRevisions } from '../query/revisions.js';
import { admin, SearchWorld } from '../testing/a-search-world.js';

const runs = { numRuns: Number(process.env['SEXTANT_TEST_RUNS'] ?? 300), seed: Number(process.env['SEXTANT_TEST_SEED'] ?? 20240515) };
const piece = fc.constantFrom(
  ...[
    'foo',
    'a(b)',
    '(',
    ')',
    '(x',
    'and',
    'or',
    'not',
    '-',
    '-foo',
    '--x',
    '"',
    '"a b"',
    '"a',
    "'q r'",
    "'",
    '\\',
    '\\ ',
    'a\\"b',
    '/re+/',
    '/x',
  ],
  ...['[a b]', '[', '{', '*', 'std::vec', 'http://x', 'foo:', '日本', '😀', ':', '/', '@', '^', '\n', '\t'],
  ...[
    'repo:',
    'repo:a',
    'r:x@v1:v2',
    'repo:[@',
    'repo:x(@m',
    '-repo:b',
    'file:(a|b)',
    'f:"a b"',
    "file:'",
    'lang:go',
    '-l:',
    'type:',
    'author:"',
  ],
  ...[
    'case:yes',
    'count:',
    'select:sy',
    'content:"x',
    'rev:',
    'rev:^',
    'rev:*x',
    'repo:has.path(a b)',
    'repo:has.meta(',
    'patterntype:regexp',
    'patterntype:',
  ],
);
const query = fc.array(fc.tuple(piece, fc.constantFrom('', ' ')), { maxLength: 6 }).map((parts) => parts.flat().join(''));
const patternType = fc.constantFrom<PatternType>('standard', 'keyword', 'literal', 'regexp', 'structural');

describe('suggestions for any query', () => {
  let world: SearchWorld;
  beforeAll(async () => {
    world = await SearchWorld.open();
    await world.add('host/foo', { tree: { 'a b.ts': 'export const foo = 1;\n', '(x).py': 'def foo(): pass\n' } });
    await world.add('host/x', { tree: { '日本/[a].go': 'package foo\n' } });
  });
  afterAll(() => world.close());

  it('replace a part of it at the cursor, and nothing else', async () => {
    await fc.assert(
      fc.asyncProperty(query, fc.nat(), patternType, async (text, at, type) => {
        const position = text.length === 0 ? 0 : at % (text.length + 1);
        const { suggestions } = await world.service.suggest({
          query: text,
          position,
          patternType: type,
          actor: admin,
          signal: new AbortController().signal,
        });
        for (const { range, insertText } of suggestions) {
          expect(range.start).toBeLessThanOrEqual(position);
          // The cursor may have stood between the halves of a character.
          expect(range.end).toBeGreaterThanOrEqual(position - 1);
          expect(range.end).toBeLessThanOrEqual(text.length);
          expect(insertText.trim()).not.toBe('');
        }
        expect(new Set(suggestions.map((s) => `${s.kind} ${s.insertText}`)).size).toBe(suggestions.length);
      }),
      runs,
    );
  });

  it('read back as the filter that they were suggested for', async () => {
    await fc.assert(
      fc.asyncProperty(query, fc.nat(), patternType, async (text, at, type) => {
        const position = text.length === 0 ? 0 : at % (text.length + 1);
        const asked = { query: text, position, patternType: type, actor: admin, signal: new AbortController().signal };
        for (const { kind, label, range, insertText } of (await world.service.suggest(asked)).suggestions) {
          if (kind !== 'repository' && kind !== 'file' && kind !== 'language') continue;
          const put = text.slice(0, range.start) + insertText + text.slice(range.end);
          // Groups may still be open while somebody types.
          const inside = [0, 1, 2, 3, 4, 5, 6].flatMap((closing) => {
            const whole = put + ')'.repeat(closing);
            const tokens = tokenize(whole, patternTypeOf(whole, type)).filter((token) => token.kind === 'filter');
            return tokens.filter((token) => token.start < range.start + insertText.length && token.end > range.start);
          });
          const names = (token: (typeof inside)[number]): boolean => {
            if (kind === 'language') return token.value === label;
            const { pattern } = token.field.name === 'repo' ? splitRevisions(token.value) : { pattern: token.value };
            return new RegExp(pattern).exec(label)?.[0] === label;
          };
          expect(inside.some(names), `${text} → ${put}`).toBe(true);
        }
      }),
      runs,
    );
  });
});
