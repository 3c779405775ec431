import { core, definePart, definePlugin } from '@sextant/sdk';
import { startTestKernel } from '@sextant/sdk/testing';
import { expect, it } from 'vitest';
import { type CodeHostKind, codeHostKinds, repositoriesChanged } from '../../api.js';
import manifest from '../../manifest.js';
import { FakeHost, found } from '../../testing/fakes.js';

type Changed = Parameters<NonNullable<CodeHostKind['watch']>>[1];

/** Tells of changes when a test says so. */
class WatchedHost extends FakeHost {
  tell: Changed | undefined;
  watch(_connection: unknown, changed: Changed): AsyncDisposable {
    this.tell = changed;
    return { [Symbol.asyncDispose]: async () => undefined };
  }
}

it('fetches what is watched when it looks otherwise than when it was last told, before a restart or before it was listed', async () => {
  const host = new WatchedHost();
  host.lists.set('Here', [found('1', 'a'), found('2', 'b'), found('3', 'c')]);
  const watched = definePlugin({
    id: 'code-host-watched',
    version: '1.0.0',
    title: 'Watched',
    summary: 'x',
    engines: { kernel: '^1.0.0' },
    toggle: 'default-on',
    parts: {
      api: async () => ({ default: definePart()({ deps: {}, register: (r) => r.contribute(codeHostKinds, () => host) }) }),
    },
  });
  const kernel = await startTestKernel({
    plugins: [manifest, watched],
    config: { plugins: { 'code-host': { connections: [{ kind: 'OTHER', displayName: 'Here', config: {} }] } } },
  });
  const db = kernel.service(core.storage, 'code-host');
  const stamps = async () =>
    Object.fromEntries(
      (
        await db.query<{ name: string; stamp: string | null }>(
          'SELECT r.name, rc.watch_stamp AS stamp FROM repositories r JOIN repository_connections rc ON rc.repository_id = r.id',
        )
      ).map(({ name, stamp }) => [name, stamp]),
    );
  const pushed: string[] = [];
  kernel.service(core.events, 'code-host').subscribe(repositoriesChanged, async ({ ids, reason }) => {
    if (reason !== 'pushed') return;
    const rows = await db.query<{ name: string }>('SELECT name FROM repositories WHERE id = ANY($1::int[]) ORDER BY name', [ids]);
    pushed.push(rows.map(({ name }) => name).join());
  });
  const tell: Changed = (...told) => host.tell?.(...told);

  await expect.poll(() => host.tell).toBeDefined();
  tell(['1', '2'], new Map([['1', 'one'], ['2', 'two']])); // biome-ignore format: pairs
  await kernel.jobs.drain();
  await expect.poll(stamps).toEqual({ a: 'one', b: 'two', c: null });
  expect(pushed).toEqual([]);

  tell(['1', '2', '3'], new Map([['1', 'one'], ['2', 'other'], ['3', 'three']])); // biome-ignore format: pairs
  await expect.poll(() => pushed).toEqual(['b,c']);
  expect(await stamps()).toEqual({ a: 'one', b: 'other', c: 'three' });

  tell(['1', '2', '3'], new Map([['1', 'one'], ['2', 'other'], ['3', 'three']])); // biome-ignore format: pairs
  tell(['1']);
  await expect.poll(() => pushed).toEqual(['b,c', 'a']);
});
