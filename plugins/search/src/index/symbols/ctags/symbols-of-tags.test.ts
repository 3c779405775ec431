import { expect, it } from 'vitest';
import { symbolsOfTags } from './symbols-of-tags.js';

const tag = (name: string, line: number, more: object = {}) => ({ name, line, kind: 'function', ...more });
const placesOf = (text: string, tags: readonly ReturnType<typeof tag>[]) =>
  symbolsOfTags('C', tags, Buffer.from(text)).map(({ name, start }) => `${name} ${start}`);

it('finds each name as a word of its line, one after the other, in whatever order they are told', () => {
  expect(placesOf('aa a(b) a; b', [tag('a', 1), tag('b', 1), tag('a', 1), tag('aa', 1)])).toEqual(['aa 0', 'a 3', 'b 5', 'a 8']);
  expect(placesOf('one();\ntwo();\n', [tag('two', 2), tag('one', 1), tag('three', 2), tag('four', 9)])).toEqual(['one 0', 'two 7']);
  expect(placesOf('bool operator==(int a)', [tag('operator ==', 1), tag('operator==', 1)])).toEqual(['operator== 5']);
});

it('leaves out what ctags made up, variables of functions, and kinds that nobody looks for', () => {
  const tags = [
    tag('__anon1', 1),
    tag('x', 1, { kind: 'variable', scope: 'f', scopeKind: 'function' }),
    tag('h', 1, { kind: 'header' }),
    tag('', 1),
    tag('f', 1),
  ];
  expect(placesOf('__anon1 x h f', tags)).toEqual(['f 12']);
  expect(placesOf('  y = 1', [tag('y', 1, { kind: 'variable' })])).toEqual([]);
});

it('stays fast on a line of nothing but names, and on a name that stands everywhere', () => {
  const started = performance.now();
  const same = Array.from({ length: 20_000 }, () => tag('a', 1, { scope: 'a', scopeKind: 'function' }));
  expect(placesOf('a '.repeat(300_000), same)).toHaveLength(20_000);
  const missing = Array.from({ length: 20_000 }, (_, i) => tag(`n${i}`, 1));
  expect(placesOf('a '.repeat(300_000), missing)).toEqual([]);
  expect(performance.now() - started).toBeLessThan(15_000);
});
