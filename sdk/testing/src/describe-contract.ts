import type { Point } from '@sextant/sdk';
import { describe } from 'vitest';

/** The tests that every contribution to a point must pass. The point's owner writes them; whoever contributes runs them. */
export interface Contract<V> {
  readonly point: Point<V>;
  /** Declares the tests, with `it`. `subject` makes a fresh contribution for each. */
  tests(subject: () => Promise<V> | V): void;
}

export const defineContract = <V>(point: Point<V>, tests: Contract<V>['tests']): Contract<V> => ({ point, tests });

/** Runs the owner's tests against one contribution: `describeContract(codeHostKindContract, 'my host', () => myHost())`. */
export function describeContract<V>(contract: Contract<V>, name: string, subject: () => Promise<V> | V): void {
  describe(`${name} as a contribution to ${contract.point.key}`, () => contract.tests(subject));
}
