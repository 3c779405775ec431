import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { evaluateFlag, rolloutBucket } from './evaluate-flag.js';

const none = { user: undefined, organizations: [] };
const user = fc.integer({ min: 1, max: 0x7fffffff });
const points = fc.integer({ min: 0, max: 10_000 });

describe('a feature flag', () => {
  it.each([
    ['its value', { value: true }, 1, none, true],
    ['an override of the user over all', { value: true }, 1, { user: false, organizations: [true] }, false],
    ['an override of an organisation over its value', { value: false }, 1, { user: undefined, organizations: [true] }, true],
    ['on where organisations disagree', { value: false }, 1, { user: undefined, organizations: [false, true] }, true],
    ['off for nobody in particular while a rollout is not complete', { rollout: 9999 }, undefined, none, false],
    ['on for nobody in particular once it is', { rollout: 10_000 }, undefined, none, true],
  ] as const)('is %s', (_case, rule, userId, overrides, expected) => {
    expect(evaluateFlag('flag', rule, userId, overrides)).toBe(expected);
  });

  it('is never taken away from anybody by a growing rollout', () => {
    fc.assert(
      fc.property(fc.string(), user, points, points, (name, id, a, b) => {
        const [less, more] = [Math.min(a, b), Math.max(a, b)];
        return !evaluateFlag(name, { rollout: less }, id, none) || evaluateFlag(name, { rollout: more }, id, none);
      }),
    );
  });

  it('is off for all at 0 and on for all at 10000', () => {
    fc.assert(
      fc.property(
        fc.string(),
        user,
        (name, id) => !evaluateFlag(name, { rollout: 0 }, id, none) && evaluateFlag(name, { rollout: 10_000 }, id, none),
      ),
    );
  });

  it('reaches about the part of people it says, and other people for another flag', () => {
    const ids = Array.from({ length: 10_000 }, (_, index) => index + 1);
    const on = (name: string): Set<number> => new Set(ids.filter((id) => rolloutBucket(name, id) < 2000));
    const [a, b] = [on('a'), on('b')];
    for (const size of [a.size, b.size]) expect(Math.abs(size - 2000)).toBeLessThan(200);
    expect(Math.abs([...a].filter((id) => b.has(id)).length - 400)).toBeLessThan(120);
  });
});
