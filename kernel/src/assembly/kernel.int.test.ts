import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { definePart, definePlugin, type Manifest, type Registrar, z } from '@sextant/sdk';
import { startTestKernel } from '@sextant/sdk/testing';
import { describe, expect, it } from 'vitest';
import { bootTable } from '../boot/boot-table.js';

// biome-ignore lint/suspicious/noExplicitAny: plugins of any shape are tried
type Any = any;

const aPlugin = (id: string, register: (r: Registrar<Any>) => void, more: Partial<Manifest> = {}): Manifest =>
  definePlugin({
    id,
    version: '1.0.0',
    title: id,
    summary: id,
    engines: { kernel: '^1.0.0' },
    toggle: 'default-on',
    parts: { api: async () => ({ default: definePart()({ deps: {}, register }) as Any }) },
    ...more,
  } as Any);

const calm = (id: string): Manifest =>
  aPlugin(id, (r) => r.http((router) => router.get(`/${id}`, () => ({ body: id }), { auth: 'public' })));

describe('a kernel', () => {
  it('hostile row 26: starts beside plugins that fail, and says of each why', async () => {
    const boom = (): never => {
      throw new Error('boom');
    };
    const kernel = await startTestKernel({
      plugins: [
        calm('calm'),
        aPlugin('throws-in-register', boom),
        aPlugin('throws-in-start', (r) => r.start(boom)),
        aPlugin('throws-in-migrate', (r) => r.storage({ migrations: async () => [{ name: 'a-1763990000000', up: boom }] })),
        aPlugin('hangs', (r) => r.start(() => new Promise(() => undefined), { timeout: 50 })),
        aPlugin('misconfigured', () => undefined, { config: z.object({ n: z.number() }) }),
        aPlugin('other-kernel', () => undefined, { engines: { kernel: '^99.0.0' } }),
      ],
      config: { plugins: { misconfigured: { n: 'no number' } } },
    });
    const table = bootTable(kernel.kernel.switchboard.list());
    for (const [id, state] of [
      ['calm', 'active'],
      ['throws-in-register', 'failed(register)'],
      ['throws-in-start', 'failed(start)'],
      ['throws-in-migrate', 'failed(migrate)'],
      ['hangs', 'failed(start)'],
      ['misconfigured', 'failed(configure)'],
      ['other-kernel', 'incompatible'],
    ] as const)
      expect(table).toMatch(new RegExp(`^${id} +1\\.0\\.0 +${state.replace(/[()]/g, '\\$&')}`, 'm'));
    expect(await (await kernel.fetch('/calm')).text()).toContain('calm');
  });

  it('starts beside plugins that would take its own routes, or give it nothing for a schema', async () => {
    const kernel = await startTestKernel({
      plugins: [
        calm('calm'),
        aPlugin('takes-the-api', (r) => r.http((router) => router.post('/.api/graphql', () => ({})))),
        aPlugin('no-schema', (r) => r.graphql(async () => ({}) as Any)),
      ],
    });
    expect(kernel.plugin('calm').state).toBe('active');
    expect(kernel.plugin('takes-the-api')).toMatchObject({ state: 'failed', code: 'SEXTANT_HTTP_ROUTE' });
    expect(kernel.plugin('no-schema')).toMatchObject({ state: 'failed', phase: 'compose', code: 'SEXTANT_PLUGIN_DECLARATION' });
    expect((await kernel.graphql('{ __typename }')).errors).toEqual([]);
  });

  it('starts beside a plugin that cannot be read, also when the configuration names it, and says where it lies', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'unreadable-'));
    try {
      mkdirSync(join(folder, 'shelf'));
      writeFileSync(join(folder, 'shelf', 'package.json'), '{ "type": "module", "exports": "./index.js" }');
      writeFileSync(join(folder, 'shelf', 'index.js'), "throw new Error('no luck');");
      const kernel = await startTestKernel({
        plugins: [calm('calm')],
        config: { pluginPaths: [folder], plugins: { bookshelf: { n: 1 } } },
      });
      expect(kernel.plugin('calm').state).toBe('active');
      expect(kernel.plugin('shelf')).toMatchObject({ state: 'failed', phase: 'discover', code: 'SEXTANT_PLUGIN_MANIFEST' });
      expect(kernel.plugin('shelf').reason).toContain(`${join(folder, 'shelf')} cannot be read. no luck.`);
      await expect(kernel.kernel.switchboard.enable('shelf')).rejects.toMatchObject({ code: 'SEXTANT_PLUGIN_MANIFEST' });
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('shows a migration that was edited after it ran, and runs the plugin all the same', async () => {
    const keeps = (sql: string) =>
      aPlugin('keeps', (r) =>
        r.storage({ migrations: async () => [{ name: 'a-1763990000000', up: async (db) => void (await db.query(sql)) }] }),
      );
    const first = await startTestKernel({ plugins: [keeps('create table t (a int)')] });
    expect(first.plugin('keeps').state).toBe('active');
    const second = await startTestKernel({ plugins: [keeps('create table t (a int, b int)')], databaseUrl: first.databaseUrl });
    expect(second.plugin('keeps')).toMatchObject({ state: 'degraded' });
    expect(second.plugin('keeps').reason).toContain('the migration "a-1763990000000" was edited after it ran here');
  });

  it('refuses an address that is taken before it asks for a database', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    await expect(
      startTestKernel({ plugins: [], config: { http: { port } }, databaseUrl: 'postgres://nobody:x@127.0.0.1:1/none' }),
    ).rejects.toMatchObject({ code: 'SEXTANT_HTTP_PORT_IN_USE' });
    other.close();
  });

  it('refuses an id in the configuration that nobody has, naming the nearest; and an id twice', async () => {
    await expect(startTestKernel({ plugins: [calm('search')], config: { plugins: { serch: false } } })).rejects.toMatchObject({
      code: 'SEXTANT_PLUGIN_UNKNOWN',
      message: expect.stringContaining('Did you mean "search"?'),
    });
    await expect(startTestKernel({ plugins: [calm('search'), calm('search')] })).rejects.toMatchObject({
      code: 'SEXTANT_PLUGIN_DUPLICATE',
    });
  });

  it('keeps a live switch over a restart, and a second process on the same database follows', async () => {
    const plugins = [calm('a'), calm('b')];
    const first = await startTestKernel({ plugins });
    const second = await startTestKernel({ plugins, databaseUrl: first.databaseUrl });
    await first.kernel.switchboard.disable('a');
    await expect.poll(() => second.plugin('a').state).toBe('disabled');
    expect((await second.fetch('/a')).status).toBe(404);
    await second.stop();
    const third = await startTestKernel({ plugins, databaseUrl: first.databaseUrl });
    expect([third.plugin('a').state, third.plugin('b').state]).toEqual(['disabled', 'active']);
    await third.stop();
  });

  it('puts live keys of a changed file in force, and names those that need a restart', async () => {
    const config = z.object({ live: z.number().default(1).meta({ live: true }), fixed: z.number().default(1) });
    let seen: unknown;
    const kernel = await startTestKernel({
      plugins: [aPlugin('p', (r) => r.start((_d, ctx: Any) => void (seen = ctx.config)), { config })],
    });
    // The folder of a test kernel is where its configuration file would stand.
    writeFileSync(
      join(kernel.dataDir, 'sextant.config.yaml'),
      'log: { level: warn }\njobs: { concurrency: 7 }\nplugins: { p: { live: 2, fixed: 2 } }\n',
      { mode: 0o600 },
    );
    expect(await kernel.kernel.reload()).toEqual({
      applied: ['log.level', 'plugins.p.live'],
      restartNeeded: ['jobs.concurrency', 'plugins.p.fixed'],
      problems: [],
    });
    expect((seen as { get(): unknown }).get()).toEqual({ live: 2, fixed: 1 });
    const before = kernel.log.lines.length;
    kernel.kernel.logs.of('p').info('not written any more');
    expect(kernel.log.lines.slice(before).map((l) => l.message)).not.toContain('not written any more');
  });

  it('blames a rejection that nobody handled on the plugin it began in, and opens the circuit of that plugin alone', async () => {
    const lost = (id: string, fails: boolean) =>
      aPlugin(id, (r) =>
        r.http((router) =>
          router.get(
            `/${id}`,
            () => {
              if (fails) void Promise.resolve().then(() => Promise.reject(new Error('late')));
              return { body: id };
            },
            { auth: 'public' },
          ),
        ),
      );
    const kernel = await startTestKernel({ plugins: [lost('bad', true), lost('good', false)], config: { errorBudget: { errors: 2 } } });
    const blamed: boolean[] = [];
    const others = process.listeners('unhandledRejection');
    process.removeAllListeners('unhandledRejection');
    process.on('unhandledRejection', (error) => void blamed.push(kernel.kernel.blame(error)));
    try {
      for (let i = 0; i < 2; i++) expect((await kernel.fetch('/bad')).status).toBe(200);
      await expect.poll(() => blamed).toEqual([true, true]);
    } finally {
      process.removeAllListeners('unhandledRejection');
      for (const listener of others) process.on('unhandledRejection', listener);
    }
    expect(kernel.plugin('bad')).toMatchObject({ state: 'degraded', reason: expect.stringContaining('2 errors within 60 s') });
    expect((await kernel.fetch('/bad')).status).toBe(503);
    expect((await kernel.fetch('/good')).status).toBe(200);
  });
});
