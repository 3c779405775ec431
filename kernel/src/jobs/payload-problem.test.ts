import { Secret } from '@sextant/sdk';
import { describe, expect, it } from 'vitest';
import { payloadProblem } from './payload-problem.js';

describe('the payload of a job', () => {
  it('is what JSON keeps', () => {
    for (const payload of [null, 'text', 1, true, [], {}, { a: [{ b: null }], left: undefined, at: new Date(0) }, Object.create(null)])
      expect(payloadProblem(payload)).toBeUndefined();
    const twice = { n: 1 };
    expect(payloadProblem([twice, twice])).toBeUndefined();
  });

  const circle: Record<string, unknown> = {};
  circle['self'] = { again: circle };
  it.each<[unknown, string]>([
    [undefined, 'payload is undefined'],
    [() => 1, 'payload is a function'],
    [{ n: 1n }, 'payload.n is a bigint'],
    [{ n: Number.NaN }, 'payload.n is NaN'],
    [{ list: [1, undefined] }, 'payload.list[1] is undefined'],
    [{ seen: new Set([1]) }, 'payload.seen is an object of the class Set'],
    [{ token: new Secret('x') }, 'payload.token is a secret'],
    [circle, 'payload.self.again holds itself'],
  ])('is refused for what would be lost, with the place: %o', (payload, problem) => {
    expect(payloadProblem(payload)).toContain(problem);
  });
});
