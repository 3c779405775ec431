import type { Actor, Clock } from '@sextant/sdk';
import { describe, expect, it } from 'vitest';
import { causeHeaders, onAccountOf } from '../remote/remote-cause.js';
import { internalActor, runAs } from '../services/actors.js';
import { Boundary } from './boundary.js';
import { ErrorBudget } from './error-budget.js';

const person = (id: number, siteAdmin = false): Actor => ({
  kind: 'user',
  id: `user:${id}`,
  userId: id,
  username: `u${id}`,
  siteAdmin,
  via: 'token',
});

function aBudget() {
  let now = 0;
  const clock: Clock = { now: () => new Date(now), monotonic: () => now, sleep: async () => {} };
  const budget = new ErrorBudget(
    clock,
    { errors: 20, window: 1_000, rest: 5_000 },
    { error: () => {}, opened: () => ({ [Symbol.dispose]: () => {} }) },
  );
  const boundary = new Boundary(budget);
  const fail = (times: number) => {
    for (let i = 0; i < times && budget.allows('git'); i++)
      expect(() =>
        boundary.enter({ plugin: 'git', kind: 'resolver', name: 'x' }, () => {
          throw new Error('boom');
        }),
      ).toThrow('boom');
  };
  return { fail, rests: () => !budget.allows('git'), pass: (ms: number) => void (now += ms) };
}

describe('the errors of a plugin (hostile row 26)', () => {
  it('do not make it rest when one person alone meets them, however often', () => {
    const { fail, rests, pass } = aBudget();
    for (let i = 0; i < 5; i++) {
      runAs(person(2), () => fail(100));
      pass(300);
    }
    expect(rests()).toBe(false);
  });

  it.each<[string, () => ReturnType<typeof aBudget>]>([
    [
      'several people meet them',
      () =>
        withErrors((fail) => {
          for (const id of [2, 3, 4, 5]) runAs(person(id), () => fail(10));
        }),
    ],
    ['a site admin meets them', () => withErrors((fail) => runAs(person(1, true), () => fail(20)))],
    ['its own work meets them', () => withErrors((fail) => runAs(internalActor('git'), () => fail(20)))],
    ["they are in nobody's request", () => withErrors((fail) => fail(20))],
  ])('make it rest when %s', (_name, act) => {
    expect(act().rests()).toBe(true);
  });

  it('are put down to the same person in the process that is called', () => {
    const { fail, rests } = aBudget();
    const headers = runAs(person(2), causeHeaders);
    expect(headers).toEqual({ 'x-sextant-cause': 'dXNlcjoy' });
    onAccountOf(headers, () => runAs(internalActor('git'), () => fail(100)));
    expect(rests()).toBe(false);
    expect(onAccountOf(headers, () => runAs(internalActor('git'), causeHeaders))).toEqual(headers);
    expect(onAccountOf({ 'x-sextant-cause': '%' }, () => 'answered')).toBe('answered');
    for (const actor of [person(1, true), internalActor('git')]) expect(runAs(actor, causeHeaders)).toEqual({});
  });
});

function withErrors(act: (fail: (times: number) => void) => void): ReturnType<typeof aBudget> {
  const made = aBudget();
  act(made.fail);
  return made;
}
