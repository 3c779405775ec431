import { core } from '@sextant/sdk';
import { startTestKernel, TestClock, type TestKernel } from '@sextant/sdk/testing';
import { describe, expect, it } from 'vitest';
import { auditTrail } from '../api.js';
import manifest from '../manifest.js';
import { verifyChain } from './verify-chain.js';

interface Row {
  readonly entity: string;
  readonly action: string;
  readonly actor: { readonly ip?: string };
  readonly fields: Readonly<Record<string, unknown>>;
}

async function rows(site: TestKernel, entity: string): Promise<readonly Row[]> {
  // Reading brings what waits into the chain.
  await site.graphql('{auditLog(first:1){totalCount}}');
  const db = site.service(core.storage, 'identity');
  const found = await db.query<{ entry: string }>('select entry from audit_log order by position');
  return found.map(({ entry }) => JSON.parse(entry) as Row).filter((row) => row.entity === entity);
}

const site = (clock: TestClock, databaseUrl?: string): Promise<TestKernel> =>
  startTestKernel({
    ...(databaseUrl === undefined ? {} : { databaseUrl }),
    plugins: [manifest],
    clock,
    config: { plugins: { identity: { audit: { refusals: { window: '1h', perAddress: 5, perWindow: 20 } } } } },
  });

describe('a flood of refused requests', () => {
  it('writes the first few of each address, then one row that counts the rest, and the chain verifies', async () => {
    const clock = new TestClock();
    const kernel = await site(clock);
    const trail = kernel.service(auditTrail, 'identity');
    for (let i = 0; i < 5_000; i++) {
      trail.observe('auth.accessToken', 'invalid', { ip: `203.0.113.${i % 100}` }, { reason: 'unknown' });
      // Who comes in meanwhile is written down, each time.
      if (i % 100 === 0) trail.observe('auth.password', 'succeeded', { ip: '198.51.100.1' }, { subjectUID: '1' });
    }
    expect(await rows(kernel, 'auth.accessToken')).toHaveLength(20);
    expect(await rows(kernel, 'auth.password')).toHaveLength(50);
    clock.jump(3_600_000);
    const [summary, ...more] = (await rows(kernel, 'auth.accessToken')).slice(20);
    expect(more).toEqual([]);
    expect(summary).toMatchObject({ action: 'invalid', fields: { aggregated: true, count: 4_980, addresses: 100 } });
    const db = kernel.service(core.storage, 'identity');
    expect(await verifyChain(db, kernel.service(core.secrets, 'identity'))).toMatchObject({ problem: undefined });
    await kernel.stop();
  });

  it('over HTTP from one address, throttled ones counted too; the count is not lost when the process ends', async () => {
    const other = await startTestKernel({ plugins: [manifest] });
    const kernel = await site(new TestClock(), other.databaseUrl);
    const wrong = async (): Promise<number> =>
      (await kernel.fetch('/.api/graphql', { method: 'POST', headers: { authorization: 'token wrong' }, body: '{}' })).status;
    const statuses = await Promise.all(Array.from({ length: 60 }, wrong));
    expect(new Set(statuses)).toEqual(new Set([401, 429]));
    // The key of the chain is with the process that began it: this one writes, and that one reads.
    await rows(kernel, 'auth.accessToken');
    expect(await rows(other, 'auth.accessToken')).toHaveLength(5);
    await kernel.stop();
    expect((await rows(other, 'auth.accessToken')).slice(5)).toMatchObject([{ fields: { aggregated: true, count: 55, addresses: 1 } }]);
    await other.stop();
  });

  it('from one address does not hide the first tries of another', async () => {
    const kernel = await site(new TestClock());
    const trail = kernel.service(auditTrail, 'identity');
    for (let i = 0; i < 1_000; i++) trail.observe('auth.password', 'failed', { ip: '203.0.113.7' }, { reason: 'wrong' });
    trail.observe('auth.password', 'failed', { ip: '198.51.100.9' }, { reason: 'wrong' });
    expect((await rows(kernel, 'auth.password')).map(({ actor }) => actor.ip)).toEqual([...Array(5).fill('203.0.113.7'), '198.51.100.9']);
    await kernel.stop();
  });
});
