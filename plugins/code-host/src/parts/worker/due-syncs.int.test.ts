import { core, definePart, definePlugin, type Jobs, type Storage } from '@sextant/sdk';
import { startTestKernel, type TestKernel } from '@sextant/sdk/testing';
import { beforeAll, beforeEach, expect, it } from 'vitest';
import { codeHostKinds } from '../../api.js';
import manifest from '../../manifest.js';
import { syncConnection, syncOptions } from '../../sync/jobs.js';
import { FakeHost } from '../../testing/fakes.js';

const host = new FakeHost();
let lists = 0;
const list = host.list.bind(host);
host.list = (...asked) => {
  lists++;
  return list(...asked);
};
const part = async () => ({ default: definePart()({ deps: {}, register: (r) => r.contribute(codeHostKinds, () => host) }) });
const withHost = definePlugin({
  id: 'test-host',
  version: '1.0.0',
  title: 'Host',
  summary: 'x',
  engines: { kernel: '^1.0.0' },
  toggle: 'default-on',
  parts: { api: part, worker: part },
});

let kernel: TestKernel;
let jobs: Jobs;
let db: Storage;
let connectionId: number;
beforeAll(async () => {
  kernel = await startTestKernel({
    plugins: [manifest, withHost],
    config: {
      plugins: { 'code-host': { connections: [{ kind: 'OTHER', displayName: 'one', config: {} }], repoListUpdateInterval: '1h' } },
    },
  });
  db = kernel.service(core.storage, 'code-host');
  jobs = kernel.service(core.jobs, 'code-host');
  await kernel.jobs.waitFor(syncConnection, 'completed');
  const [row] = await db.query<{ id: number }>('SELECT id FROM connections');
  connectionId = row!.id;
});
beforeEach(async () => {
  await kernel.jobs.drain();
  lists = 0;
});
const enqueue = (due?: boolean) =>
  jobs.enqueue(syncConnection, { connectionId, ...(due ? { due } : {}) }, { ...syncOptions(connectionId), onConflict: 'keep-run-at' });

it('lists once what was found due while its sync was about to begin', async () => {
  await enqueue(true);
  await kernel.jobs.drain();
  expect(lists).toBe(0);
  await db.query('UPDATE connections SET next_sync_at = now()');
  await enqueue(true);
  await kernel.jobs.drain();
  expect(lists).toBe(1);
});

it('lists whenever somebody asks, whether it is due or not', async () => {
  await enqueue();
  await kernel.jobs.drain();
  expect(lists).toBe(1);
});
