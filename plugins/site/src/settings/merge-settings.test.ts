import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mergeSettings } from './merge-settings.js';

const settings = fc.dictionary(fc.constantFrom('a', 'b', 'search.scopes', '__proto__'), fc.jsonValue({ maxDepth: 3 }));
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

describe('merging settings', () => {
  it.each([
    [[], {}],
    [[{ a: 1 }, { b: 2 }], { a: 1, b: 2 }],
    [[{ a: 1 }, { a: 2 }, { a: null }], { a: null }],
    [[{ a: { x: 1, y: { z: 1 } } }, { a: { y: { w: 2 } } }], { a: { x: 1, y: { z: 1, w: 2 } } }],
    [[{ a: [1, 2] }, { a: [3] }], { a: [3] }],
    [[{ 'search.scopes': [1] }, { 'search.scopes': [2] }], { 'search.scopes': [1, 2] }],
    [[{ 'search.scopes': null }, { 'search.scopes': [2] }], { 'search.scopes': [2] }],
  ])('%j gives %j', (subjects, expected) => {
    expect(plain(mergeSettings(subjects))).toEqual(expected);
  });

  it('does not care how the subjects are grouped', () => {
    fc.assert(
      fc.property(settings, settings, settings, (a, b, c) => {
        // An object that stands between others may be replaced and merged again, so only groups that keep order agree.
        expect(plain(mergeSettings([mergeSettings([a, b]), c]))).toEqual(plain(mergeSettings([a, b, c])));
      }),
    );
  });

  it('leaves settings alone that nobody else has, and is not changed by an empty subject', () => {
    fc.assert(
      fc.property(settings, (a) => {
        for (const subjects of [[a], [a, {}], [{}, a]]) expect(plain(mergeSettings(subjects))).toEqual(plain(a));
      }),
    );
  });

  it('lets every key of the nearest subject count, unless it holds an object or a joined list', () => {
    fc.assert(
      fc.property(settings, settings, (far, near) => {
        const merged = mergeSettings([far, near]);
        for (const [key, value] of Object.entries(near)) {
          if (typeof value !== 'object' || value === null) expect(merged[key]).toBe(value);
        }
      }),
    );
  });

  it('cannot be used to change what all objects have', () => {
    mergeSettings([
      JSON.parse('{"a": {"__proto__": {"polluted": 1}}}'),
      JSON.parse('{"__proto__": {"polluted": 1}, "a": {"__proto__": {"polluted": 2}}}'),
    ]);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });
});
