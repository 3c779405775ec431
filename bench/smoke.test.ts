import { describe, expect, it } from 'vitest';
import { bench, expectRows } from './harness/expect-rows.js';

// Those that start whole installations are in smoke.e2e.test.ts.
describe('the benches', () => {
  it.each(['kernel', 'graphql', 'jobs', 'remote'])('measure something of %s', { timeout: 120_000 }, (name) => expectRows(name));

  it('refuse a name that is none', async () => {
    await expect(bench('nonsense')).rejects.toMatchObject({ code: 2 });
  });
});
