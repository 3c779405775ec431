import { expect, it } from 'vitest';
import { inertJson, printable } from './printable.js';

it.each([
  ['colours and titles', '\u001b[31mred\u001b]0;title\u0007', '\ufffd[31mred\ufffd]0;title\ufffd'],
  ['a line of its own', 'a\nEverything you may see was searched.\r', 'a\ufffdEverything you may see was searched.\ufffd'],
  ['another direction', 'gpj.\u202eexe\u200f', 'gpj.\ufffdexe\ufffd'],
  ['nothing but tabs and letters', 'a\tä 漢', 'a\tä 漢'],
])('a name that holds %s is printed inert (row 5)', (_what, name, shown) => {
  expect(printable(name)).toBe(shown);
});

it('JSON says the same, and drives no terminal (row 5)', () => {
  const value = { name: '\u009b31m\u202e\u2028\u007fä\u001b' };
  const text = inertJson(JSON.stringify(value));
  expect(text).toBe('{"name":"\\u009b31m\\u202e\\u2028\\u007fä\\u001b"}');
  expect(JSON.parse(text)).toEqual(value);
});
