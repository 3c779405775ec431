import { describe, expect, it } from 'vitest';
import { parseQuery } from './parse-query.js';

const errorsOf = (query: string) => {
  const parsed = parseQuery(query, { patternType: 'standard' });
  return parsed.ok ? [] : parsed.errors.map(({ message, fix }) => [message, fix?.query]);
};

describe('select:commit', () => {
  it.each([
    'type:commit x select:commit',
    'type:diff x select:commit',
    'type:diff x select:commit.diff',
    'type:diff x select:commit.diff.added',
  ])('%s is read', (query) => expect(errorsOf(query)).toEqual([]));
  it.each([
    ['x select:commit', 'select:commit needs type:commit or type:diff.', 'x type:commit select:commit'],
    ['x select:commit.diff', 'select:commit.diff needs type:diff.', 'x type:diff select:commit.diff'],
    ['type:commit x select:commit.diff', 'select:commit.diff needs type:diff.', 'type:commit x type:diff select:commit.diff'],
  ])('%s says what it needs', (query, message, fixed) => expect(errorsOf(query)).toEqual([[message, fixed]]));
});

describe('file:contains.content() in searches of changes', () => {
  it('is read beside type:diff', () => expect(errorsOf('type:diff file:contains.content(a) x')).toEqual([]));
  it.each(['type:commit file:contains.content(a) x', 'type:diff (file:contains.content(a) or file:b) x'])('%s is refused', (query) =>
    expect(errorsOf(query)).toEqual([[expect.stringContaining('file:has.content()'), expect.any(String)]]),
  );
});
