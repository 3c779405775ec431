// Run by forked(): the syncs of all users of a simulated host, through the queue of jobs, as after a first start.
import codeHost from '@sextant/plugin-code-host';
import identity from '@sextant/plugin-identity';
import { accounts } from '@sextant/plugin-identity/api';
import outboundWebhooks from '@sextant/plugin-outbound-webhooks';
import permissions from '@sextant/plugin-permissions';
import site from '@sextant/plugin-site';
import { core } from '@sextant/sdk';
import { PIECE } from '../../plugins/permissions/dist/grants/bitmap.js';
import { scheduleSyncs, syncRepository } from '../../plugins/permissions/dist/sync/jobs.js';
import { kernelOf } from '../harness/kernel-of.mjs';
import { until } from '../harness/measure.mjs';
import { fillRepositories, SimulatedForge } from './simulated-forge.mjs';

const { dataDir, users, repositories } = JSON.parse(process.argv[2]);
const HOURS = 6 * 3_600_000;

const forge = new SimulatedForge(users, repositories);
const kernel = await kernelOf({
  plugins: [identity, site, codeHost, outboundWebhooks, permissions, forge.plugin],
  dataDir,
  config: {
    plugins: {
      'code-host': { connections: [{ kind: 'FORGE', displayName: 'Forge', config: { enforce: true } }], repoListUpdateInterval: '24h' },
    },
  },
});
await kernel.start();
const codeHostDb = kernel.service(core.storage, 'code-host');
const db = kernel.service(core.storage, 'permissions');
const jobs = kernel.service(core.jobs, 'permissions');
await until(async () => (await codeHostDb.query('SELECT FROM connections WHERE last_sync_at IS NOT NULL')).length > 0, 'the first list');
const [{ id: connectionId }] = await codeHostDb.query('SELECT id FROM connections');
const first = await fillRepositories(codeHostDb, connectionId, repositories);
// No sync before all are there; of repositories the schedule brings none, so that what is measured is the users'.
await db.query(`UPDATE shared SET settings = '{"permissions.syncScheduleInterval": 86400}', scheduled_at = now()`);
const directory = kernel.service(accounts, 'identity');
for (let user = 0; user < users; user++) await directory.create({ username: `user-${user}` });
const heap = () => {
  const { heapUsed, external } = process.memoryUsage();
  return (heapUsed + external) / 1e6;
};
globalThis.gc();
const before = heap();
let most = before;
const watch = setInterval(() => (most = Math.max(most, heap())), 500);

const begun = performance.now();
await db.query(`UPDATE shared SET settings = $1::jsonb, scheduled_at = NULL`, [
  JSON.stringify({ 'permissions.syncScheduleInterval': 1, 'permissions.syncOldestUsers': 10_000, 'permissions.syncOldestRepos': 0 }),
]);
await jobs.enqueue(scheduleSyncs, {});
let told = 0;
await until(
  async () => {
    const [{ done }] = await db.query(`SELECT count(*)::int AS done FROM sources WHERE synced_at IS NOT NULL AND key LIKE 'name:user-%'`);
    if (done - told >= 500)
      console.error(`  ${(told = done)} users after ${Math.round((performance.now() - begun) / 1_000)} s, heap ${Math.round(heap())} MB`);
    return done >= users;
  },
  'all users',
  HOURS,
  500,
);
const seconds = (performance.now() - begun) / 1_000;
clearInterval(watch);
globalThis.gc();
const after = heap();
const { requests } = forge;
const [{ granted, bytes }] = await db.query('SELECT sum(bit_count(bits))::int AS granted, sum(length(bits))::int AS bytes FROM grants');

const granting = async () =>
  (await db.query('SELECT FROM grants WHERE piece = $1 AND get_bit(bits, $2) = 1', [Math.floor(first / PIECE), first % PIECE])).length;
const revokedFrom = await granting();
if (revokedFrom === 0) throw new Error('the repository that is to be taken from everybody was granted to nobody');
forge.revoked.add(0);
const revoking = performance.now();
await db.query(`INSERT INTO sync_jobs (repository_id, reason, priority) VALUES ($1, 'MANUAL', -10) ON CONFLICT DO NOTHING`, [first]);
await jobs.enqueue(syncRepository, { repositoryId: first });
await until(async () => (await granting()) === 0, 'the revoke', 120_000, 10);
const revokedSeconds = (performance.now() - revoking) / 1_000;

process.send({ seconds, requests, before, after, most, granted, bytes, revokedFrom, revokedSeconds });
process.on('message', async () => {
  await kernel.stop();
  process.exit(0);
});
