import { describe, expect, it } from 'vitest';
import { explainedInWords } from './explained-query.js';

describe('an explained query in words', () => {
  it('shows the tree, the engines, the plan by repository, the cost, and what would be missing', () => {
    const leaf = (text: string) => ({ kind: 'pattern', text, children: [] });
    const explanation = {
      query: {
        patternType: 'keyword',
        canonical: 'foo /b.r/',
        tree: { kind: 'and', text: 'foo /b.r/', children: [leaf('foo'), leaf('/b.r/')] },
        notices: [{ message: 'A name\nof \u001b[31mothers' }],
        patterns: [
          { pattern: { kind: 'literal', source: 'foo' }, engine: 'literal', why: 'a text is found by its bytes', required: '"foo"' },
          { pattern: { kind: 'regexp', source: 'b.r' }, engine: 'v8', why: 'it is simple', required: 'anything' },
        ],
      },
      work: [
        {
          kinds: ['content'],
          repositories: 2,
          sources: [
            { repository: 'a', by: 'index', shards: [{ shard: '1-1', documents: 3, contentBytes: 40 }] },
            { repository: 'b', revision: 'v1', commit: 'c0', by: 'files', why: 'the index does not hold this revision' },
          ],
          moreSources: 4,
        },
      ],
      cost: { words: 'reads much' },
      verdict: { exhaustive: false, words: 'A thing was left out.' },
    };
    expect(explainedInWords(explanation)).toBe(
      [
        'Query      foo /b.r/ (keyword)',
        'Note       A name\ufffdof \ufffd[31mothers',
        '',
        'Tree',
        '  and',
        '    pattern foo',
        '    pattern /b.r/',
        '',
        'Patterns',
        '  "foo": text, as a text is found by its bytes; the index is asked for "foo"',
        '  /b.r/: runtime, as it is simple; the index is asked for anything',
        '',
        'Plan',
        '  Looks for content in 2 repositories',
        '  a: index',
        '    shard 1-1: 3 files, 40 bytes',
        '  b@v1: from git, as the index does not hold this revision',
        '  … and 4 more',
        '',
        'Cost       reads much.',
        'Incomplete A thing was left out.',
        '',
      ].join('\n'),
    );
  });
});
