import { core, defineEvent, defineJob, definePart, definePlugin, type Manifest, type Role, serviceToken, z } from '@sextant/sdk';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { aLifecycle } from './a-lifecycle.js';

// biome-ignore lint/suspicious/noExplicitAny: parts of any shape are tried
type Any = any;

const thing = serviceToken<{ readonly name?: string }>('a.thing@1');
const plugin = (id: string, parts: Readonly<Record<string, Any>>, more: Partial<Manifest> = {}): Manifest =>
  definePlugin({
    id,
    version: '1.0.0',
    title: id,
    summary: id,
    engines: { kernel: '^1.0.0' },
    toggle: 'default-on',
    parts: Object.fromEntries(
      Object.entries(parts).map(([name, part]) => [name, 'roles' in part ? part : async () => ({ default: part })]),
    ) as Any,
    ...more,
  });

/** An instance that notes its life. */
const noted = (events: string[], dispose: () => Promise<void> | void = () => undefined) => ({
  name: 'made',
  async [Symbol.asyncDispose]() {
    events.push('dispose');
    await dispose();
  },
});

afterEach(() => void vi.useRealTimers());

describe('the instance of a part', () => {
  it('is made once, before what the part provides, handed to every callback, and disposed of after the stop hooks', async () => {
    const events: string[] = [];
    const part = definePart()({
      deps: {},
      create: () => {
        events.push('create');
        return noted(events);
      },
      register(r) {
        r.provide(thing, ({ name }) => {
          events.push(`provide ${name}`);
          return {};
        });
        r.start(({ name }) => void events.push(`start ${name}`));
        r.stop(({ name }) => void events.push(`stop ${name}`));
      },
    });
    const kernel = aLifecycle([plugin('a', { api: part })]);
    await kernel.start();
    await kernel.switchboard.disable('a');
    expect(events).toEqual(['create', 'provide made', 'start made', 'stop made', 'dispose']);
    await kernel.switchboard.enable('a');
    expect(events.filter((event) => event === 'create')).toHaveLength(2);
  });

  it('is the dependencies where the part has no create', async () => {
    let handed: unknown;
    const part = definePart()({ deps: { log: core.log }, register: (r) => r.start((deps) => void (handed = deps)) });
    await aLifecycle([plugin('a', { api: part })]).start();
    expect(handed).toEqual({ log: expect.anything() });
  });

  it('comes first for a job, a route and a command too', async () => {
    const calls: unknown[][] = [];
    const job = defineJob('a.do-it', { payload: z.object({ n: z.number() }) });
    let run: ((payload: unknown, run: Any) => Promise<unknown>) | undefined;
    const part = definePart()({
      deps: {},
      create: () => ({ name: 'made' }),
      register(r) {
        r.job(job, async ({ name }, { n }) => void calls.push(['job', name, n]));
        r.http(({ name }, router) => void calls.push(['http', name, typeof router.get]));
        r.command({
          name: 'a b',
          summary: 's',
          arguments: z.object({ n: z.number() }),
          run: async ({ name }, { n }) => calls.push([name, n]),
        });
      },
    });
    const kernel = aLifecycle([plugin('a', { everything: { roles: ['api', 'cli'], load: async () => ({ default: part }) } })], {
      wiring: {
        mountRoutes: (_plugin, declare) => {
          declare({ get: () => undefined } as Any);
          return { [Symbol.dispose]: () => undefined };
        },
        handleJob: (_plugin, _job, handle) => {
          run = handle;
          return { [Symbol.asyncDispose]: async () => undefined };
        },
      },
    });
    await kernel.start();
    await run?.({ n: 7 }, { id: '1', attempt: 1, signal: new AbortController().signal });
    await kernel.lifecycle.runtime('a')?.command('a b', { n: 8 }, {} as Any, new AbortController().signal);
    expect(calls).toEqual([
      ['http', 'made', 'function'],
      ['job', 'made', 7],
      ['made', 8],
    ]);
  });

  it('is disposed of when a later phase fails, and what create deferred is undone when create itself throws', async () => {
    const events: string[] = [];
    const late = definePart()({
      deps: {},
      create: () => noted(events),
      register: (r) =>
        r.start(() => {
          throw new Error('boom');
        }),
    });
    const early = definePart()({
      deps: {},
      create: (_deps, ctx): object => {
        ctx.defer(() => void events.push('first'));
        ctx.defer(() => void events.push('second'));
        throw new Error('no luck');
      },
      register: () => undefined,
    });
    const kernel = aLifecycle([plugin('late', { api: late }), plugin('early', { api: early })]);
    await kernel.start();
    expect(kernel.status('late')).toMatchObject({ state: 'failed', phase: 'start' });
    expect(kernel.status('early')).toMatchObject({ state: 'failed', phase: 'init', reason: expect.stringContaining('no luck') });
    expect(events.sort()).toEqual(['dispose', 'first', 'second']);
  });

  it('fails the plugin when it takes longer than a factory may, and is disposed of when it comes after all', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const events: string[] = [];
    let arrive: (instance: object) => void = () => undefined;
    const part = definePart()({
      deps: {},
      create: () => new Promise<object>((resolve) => (arrive = resolve)),
      register: () => undefined,
    });
    const kernel = aLifecycle([plugin('slow', { api: part })]);
    const started = kernel.start();
    await vi.advanceTimersByTimeAsync(30_000);
    await started;
    expect(kernel.status('slow')).toMatchObject({ state: 'failed', phase: 'init', code: 'SEXTANT_PLUGIN_DEADLINE' });
    arrive(noted(events));
    await vi.advanceTimersByTimeAsync(0);
    expect(events).toEqual(['dispose']);
  });

  it.each([
    ['throws', () => Promise.reject(new Error('cannot')), 0],
    ['never ends', () => new Promise<void>(() => undefined), 10_000],
  ])('lets the plugin stop all the same when disposing of it %s', async (_what, dispose, wait) => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const events: string[] = [];
    const part = definePart()({ deps: {}, create: () => noted(events, dispose), register: (r) => r.provide(thing, () => ({})) });
    const kernel = aLifecycle([plugin('a', { api: part })]);
    await kernel.start();
    const disabled = kernel.switchboard.disable('a');
    await vi.advanceTimersByTimeAsync(wait);
    await disabled;
    expect([kernel.state('a'), events, kernel.container.get(thing)]).toEqual(['disabled', ['dispose'], undefined]);
  });

  it('must be an object', async () => {
    const part = definePart()({ deps: {}, create: (() => undefined) as Any, register: () => undefined });
    const kernel = aLifecycle([plugin('a', { api: part })]);
    await kernel.start();
    expect(kernel.status('a')).toMatchObject({ code: 'SEXTANT_PLUGIN_DECLARATION', reason: expect.stringContaining('returned undefined') });
  });

  it('is left alone when it is a service of another plugin', async () => {
    const events: string[] = [];
    const owner = definePart()({ deps: {}, register: (r) => r.provide(thing, () => noted(events)) });
    const user = definePart()({ deps: { thing }, create: (deps) => deps.thing, register: () => undefined });
    const kernel = aLifecycle([plugin('a', { api: owner }), plugin('b', { api: user })]);
    await kernel.start();
    await kernel.switchboard.disable('b');
    expect([kernel.state('b'), events]).toEqual(['disabled', []]);
  });
});

describe('a part of several roles', () => {
  const counting = (made: string[]) => {
    const part = definePart()({
      deps: {},
      create: () => ({ name: String(made.push('x')) }),
      register: (r) => r.provide(thing, (instance) => instance),
    });
    return plugin('a', { sync: { roles: ['api', 'worker'], load: async () => ({ default: part }) } });
  };

  it.each([
    [['api', 'worker'], 1],
    [['worker'], 1],
    [['git'], 0],
  ] as [Role[], number][])('exists once in a process with %j: %i', async (roles, times) => {
    const made: string[] = [];
    const kernel = aLifecycle([counting(made)], { roles });
    await kernel.start();
    expect([made.length, kernel.container.get(thing) !== undefined]).toEqual([times, times > 0]);
  });

  it('may ask for nothing that one of its roles does not have, wherever it runs', async () => {
    const part = definePart()({ deps: { db: core.storage }, register: () => undefined });
    const parts = { both: { roles: ['api', 'git'], load: async () => ({ default: part }) } };
    const kernel = aLifecycle([plugin('a', parts, { storage: { migrations: async () => [] } })], { roles: ['api'] });
    await kernel.start();
    expect(kernel.status('a')).toMatchObject({
      code: 'SEXTANT_SERVICE_ROLE',
      reason: expect.stringContaining('which the role git does not have'),
    });
  });

  it.each([
    [{ sync: async () => ({}) }, 'parts.sync is not a role'],
    [{ sync: { roles: [], load: async () => ({}) } }, 'parts.sync.roles is not a list of roles'],
    [{ sync: { roles: ['api', 'wroker'], load: async () => ({}) } }, 'has "wroker", which is not a role'],
    [{ sync: { roles: ['api', 'api'], load: async () => ({}) } }, 'has a role twice'],
    [{ sync: { roles: ['api'], lod: async () => ({}) } }, 'unknown key "lod"'],
    [{ worker: { roles: ['api'], load: async () => ({}) } }, 'has the name of a role that it does not list'],
  ])('is refused when its manifest is malformed (%#)', (parts, problem) => {
    expect(() => definePlugin({ ...plugin('a', {}), parts: parts as Any })).toThrow(problem);
  });
});

describe('a storage in the manifest', () => {
  const asks = definePart()({ deps: { db: core.storage }, register: () => undefined });
  const asksNot = definePart()({ deps: {}, register: () => undefined });
  const storage = { migrations: async () => [] };
  const migrated = async (part: Any, roles: Role[]) => {
    const kernel = aLifecycle([plugin('a', { api: part }, { storage })], { roles });
    await kernel.start();
    expect(kernel.state('a')).toBe('active');
    return kernel.events.includes('migrate a');
  };

  it('concerns a process that migrates and one whose part asks for it, and no other', async () => {
    expect([
      await migrated(asks, ['api']),
      await migrated(asks, ['migrator']),
      await migrated(asksNot, ['api']),
      await migrated(asks, ['worker']),
    ]).toEqual([true, true, false, false]);
  });

  it('is refused beside r.storage() in a part', async () => {
    const both = definePart()({ deps: { db: core.storage }, register: (r) => r.storage(storage) });
    const kernel = aLifecycle([plugin('a', { api: both }, { storage })]);
    await kernel.start();
    expect(kernel.status('a')).toMatchObject({ state: 'failed', phase: 'register', code: 'SEXTANT_STORAGE_TWICE' });
  });
});

describe('a subscription', () => {
  const changed = defineEvent('b.changed@1', z.object({ n: z.number() }));
  const catchUp = defineJob('a.catch-up', { payload: z.object({}) });

  it('begins when the plugin has started, ends first when it stops, and enqueues the job for what was missed', async () => {
    const heard: unknown[] = [];
    let publish: (payload: unknown) => unknown = () => undefined;
    const part = definePart()({
      deps: {},
      create: () => ({ name: 'made' }),
      register(r) {
        r.on(changed, ({ name }, { n }, { id }) => void heard.push([name, n, id]), { catchUp });
        r.job(catchUp, async () => undefined);
        r.stop(() => void heard.push('stop'));
      },
    });
    const events: string[] = [];
    const kernel = aLifecycle([plugin('a', { api: part })], {
      wiring: {
        subscribe: (id, { key }, listener) => {
          events.push(`${id} hears ${key}`);
          publish = (payload) => listener(payload, { id: '1' });
          return { [Symbol.dispose]: () => void heard.push('unsubscribed') };
        },
        enqueue: async (id, { name }) => void events.push(`${id} enqueues ${name}`),
      },
    });
    await kernel.start();
    publish({ n: 1 });
    await kernel.switchboard.disable('a');
    expect(events).toEqual(['a hears b.changed@1', 'a enqueues a.catch-up']);
    expect(heard).toEqual([['made', 1, '1'], 'unsubscribed', 'stop']);
  });

  it('needs a role that has events', async () => {
    const part = definePart()({ deps: {}, register: (r) => r.on(changed, () => undefined) });
    const kernel = aLifecycle([plugin('a', { git: part })], { roles: ['git'] });
    await kernel.start();
    expect(kernel.status('a')).toMatchObject({ code: 'SEXTANT_SERVICE_ROLE', reason: expect.stringContaining('core.events@1') });
  });
});

describe('a token that its part provides itself', () => {
  it('is the real value from the start hooks on', async () => {
    let seen: unknown;
    const made = {};
    const part = definePart()({
      deps: { thing },
      register(r) {
        r.provide(thing, () => made);
        r.start((deps) => void (seen = deps.thing));
      },
    });
    const kernel = aLifecycle([plugin('a', { api: part })]);
    await kernel.start();
    expect([kernel.state('a'), seen]).toEqual(['active', made]);
  });

  it('is refused to who reads it before it is made', async () => {
    const part = definePart()({
      deps: { thing },
      create: (deps) => ({ thing: deps.thing }),
      register: (r) => r.provide(thing, () => ({})),
    });
    const kernel = aLifecycle([plugin('a', { api: part })]);
    await kernel.start();
    expect(kernel.status('a')).toMatchObject({ state: 'failed', phase: 'init', code: 'SEXTANT_SERVICE_OWN' });
  });
});
