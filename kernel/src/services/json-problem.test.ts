import { Secret } from '@sextant/sdk';
import { describe, expect, it } from 'vitest';
import { jsonProblem } from './json-problem.js';

describe('a value', () => {
  it('is well when JSON keeps it', () => {
    for (const payload of [null, 'text', 1, true, [], {}, { a: [{ b: null }], left: undefined, at: new Date(0) }, Object.create(null)])
      expect(jsonProblem(payload, 'payload', true)).toBeUndefined();
    const twice = { n: 1 };
    expect(jsonProblem([twice, twice], 'payload', true)).toBeUndefined();
  });

  const circle: Record<string, unknown> = {};
  circle['self'] = { again: circle };
  it('is not, as a date that nothing reads again', () => {
    expect(jsonProblem({ at: new Date(0) }, 'value', false)).toBe('value.at is an object of the class Date');
  });

  it.each<[unknown, string]>([
    [undefined, 'payload is undefined'],
    [() => 1, 'payload is a function'],
    [{ n: 1n }, 'payload.n is a bigint'],
    [{ n: Number.NaN }, 'payload.n is NaN'],
    [{ list: [1, undefined] }, 'payload.list[1] is undefined'],
    [{ seen: new Set([1]) }, 'payload.seen is an object of the class Set'],
    [{ token: new Secret('x') }, 'payload.token is a secret'],
    [circle, 'payload.self.again holds itself'],
    [Array.from({ length: 10_000 }).reduce((inner: unknown) => [inner], 1), ' is nested more than 200 levels deep'],
  ])('is not, for what would be lost, with the place: %o', (payload, problem) => {
    expect(jsonProblem(payload, 'payload', true)).toContain(problem);
  });
});
