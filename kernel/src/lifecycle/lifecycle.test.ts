import {
  core,
  definePart,
  definePlugin,
  extensionPoint,
  type Manifest,
  maybe,
  type Registrar,
  SextantError,
  serviceToken,
  type Token,
} from '@sextant/sdk';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { aLifecycle } from './a-lifecycle.js';

// biome-ignore lint/suspicious/noExplicitAny: plugins of any shape are tried
type Any = any;

interface PluginShape {
  readonly needs?: Readonly<Record<string, Any>>;
  readonly register?: (r: Registrar<Any>) => void;
  readonly load?: () => Promise<Any>;
  readonly toggle?: Manifest['toggle'];
}

function aPlugin(id: string, shape: PluginShape = {}): Manifest {
  const part = definePart()({ deps: shape.needs ?? {}, register: (r) => shape.register?.(r as Any) });
  return definePlugin({
    id,
    version: '1.0.0',
    title: id,
    summary: id,
    engines: { kernel: '^1.0.0' },
    toggle: shape.toggle ?? 'default-on',
    parts: { api: shape.load ?? (async () => ({ default: part as Any })) },
  });
}

const tokenOf = (id: string): Token<{ name: string }> => serviceToken<{ name: string }>(`${id}.thing@1`);
const provider = (id: string, needs: Readonly<Record<string, Any>> = {}): Manifest =>
  aPlugin(id, { needs, register: (r) => r.provide(tokenOf(id), () => ({ name: id })) });

describe('the lifecycle', () => {
  it('gives a plugin the services it names, made before it', async () => {
    let seen: string | undefined;
    const kernel = aLifecycle([
      aPlugin('a', { needs: { b: tokenOf('b') }, register: (r) => r.start(({ b }: Any) => void (seen = b.name)) }),
      provider('b'),
    ]);
    await kernel.start();
    expect([kernel.state('a'), kernel.state('b'), seen]).toEqual(['active', 'active', 'b']);
    expect(kernel.status('a').dependsOn).toEqual(['b']);
  });

  it('does not depend on the order of the list (shuffled)', async () => {
    await fc.assert(
      fc.asyncProperty(fc.shuffledSubarray(['a', 'b', 'c', 'd', 'e'], { minLength: 5 }), async (order) => {
        const starts: string[] = [];
        const needs: Record<string, string[]> = { a: ['b', 'c'], b: ['d'], c: ['d'], d: [], e: ['a'] };
        const plugins = order.map((id) =>
          aPlugin(id, {
            needs: Object.fromEntries((needs[id] ?? []).map((n) => [n, tokenOf(n)])),
            register: (r) => {
              r.provide(tokenOf(id), () => ({ name: id }));
              r.start(() => void starts.push(id));
            },
          }),
        );
        const kernel = aLifecycle(plugins);
        await kernel.start();
        expect(kernel.lifecycle.graph.order).toEqual(['d/api', 'b/api', 'c/api', 'a/api', 'e/api']);
        for (const [id, before] of Object.entries(needs))
          for (const n of before) expect(starts.indexOf(n)).toBeLessThan(starts.indexOf(id));
      }),
      { numRuns: 20 },
    );
  });

  it.each([
    [
      'load',
      {
        load: async () => {
          throw new Error('boom in load');
        },
      },
    ],
    [
      'register',
      {
        register: () => {
          throw new Error('boom in register');
        },
      },
    ],
    [
      'init',
      {
        register: (r: Any) =>
          r.provide(tokenOf('bad'), () => {
            throw new Error('boom in init');
          }),
      },
    ],
    [
      'compose',
      {
        register: (r: Any) =>
          r.graphql(async () => {
            throw new Error('boom in compose');
          }),
      },
    ],
    [
      'start',
      {
        register: (r: Any) =>
          r.start(() => {
            throw new Error('boom in start');
          }),
      },
    ],
  ] as const)('hostile row 26: a throw in %s fails that plugin, blocks who needs it, and leaves the rest', async (phase, shape) => {
    const needy = aPlugin('needy', { needs: { bad: tokenOf('bad') } });
    const easy = aPlugin('easy', { needs: { bad: maybe(tokenOf('bad')) } });
    const kernel = aLifecycle([
      aPlugin('bad', {
        ...shape,
        register: (r) => {
          if (phase !== 'init' && phase !== 'register') r.provide(tokenOf('bad'), () => ({ name: 'bad' }));
          (shape as PluginShape).register?.(r);
        },
      }),
      needy,
      easy,
      provider('other'),
    ]);
    await kernel.start();
    expect(kernel.status('bad')).toMatchObject({
      state: 'failed',
      phase,
      code: 'SEXTANT_PLUGIN_FAILED',
      reason: expect.stringContaining(`boom in ${phase}`),
    });
    expect(kernel.status('needy')).toMatchObject({ state: 'blocked', code: 'SEXTANT_SERVICE_MISSING' });
    expect([kernel.state('easy'), kernel.state('other')]).toEqual(['active', 'active']);
    expect(kernel.container.get(tokenOf('bad'))).toBeUndefined();
  });

  it('hostile row 26: a hook that never ends is blamed by name when its deadline passes', async () => {
    const kernel = aLifecycle([
      aPlugin('slow', { register: (r) => r.start(() => new Promise(() => undefined), { timeout: 20 }) }),
      provider('other'),
    ]);
    await kernel.start();
    expect(kernel.status('slow')).toMatchObject({
      state: 'failed',
      phase: 'start',
      code: 'SEXTANT_PLUGIN_DEADLINE',
      reason: expect.stringContaining('hook "start (api)" did not end within 20 ms'),
    });
    expect(kernel.state('other')).toBe('active');
  });

  it('leaves out what ran away in the process before, with those that need it, until it is enabled again', async () => {
    const kernel = aLifecycle([provider('a'), provider('b', { a: tokenOf('a') }), provider('c')], {
      runaways: [{ plugin: 'a', reason: 'It kept the event loop for 20 s' }],
    });
    await kernel.start();
    expect(['a', 'b', 'c'].map((id) => kernel.state(id))).toEqual(['failed', 'blocked', 'active']);
    expect(kernel.status('a')).toMatchObject({ phase: 'run', code: 'SEXTANT_PLUGIN_RUNAWAY' });
    expect(kernel.status('a').reason).toContain('It kept the event loop for 20 s.');
    await kernel.switchboard.enable('a');
    expect(['a', 'b', 'c'].map((id) => kernel.state(id))).toEqual(['active', 'active', 'active']);
  });

  it('prints every circle, and runs what stands in none', async () => {
    const kernel = aLifecycle([
      provider('a', { b: tokenOf('b') }),
      provider('b', { a: tokenOf('a') }),
      provider('c', { d: tokenOf('d') }),
      provider('d', { c: tokenOf('c') }),
      provider('free'),
    ]);
    await kernel.start();
    expect(kernel.status('a')).toMatchObject({
      state: 'blocked',
      code: 'SEXTANT_PLUGIN_CYCLE',
      reason: expect.stringContaining('a/api → b/api → a/api'),
    });
    expect(kernel.status('d').reason).toContain('c/api → d/api → c/api');
    expect(kernel.state('free')).toBe('active');
  });

  it('says which major is there when a plugin asks for another', async () => {
    const kernel = aLifecycle([aPlugin('a', { needs: { b: serviceToken('b.thing@2') } }), provider('b')]);
    await kernel.start();
    expect(kernel.status('a').reason).toContain('needs b.thing@2, which nobody provides. Provided is b.thing@1, by "b".');
  });

  it('refuses a kernel service that the role does not have', async () => {
    const manifest = definePlugin({
      id: 'g',
      version: '1.0.0',
      title: 'g',
      summary: 'g',
      engines: { kernel: '^1.0.0' },
      toggle: 'default-on',
      parts: { git: async () => ({ default: definePart()({ deps: { db: core.storage }, register() {} }) as Any }) },
    });
    const kernel = aLifecycle([manifest], { roles: ['git', 'api'] });
    await kernel.start();
    expect(kernel.status('g')).toMatchObject({
      state: 'blocked',
      code: 'SEXTANT_SERVICE_ROLE',
      reason: expect.stringContaining('It exists in: api, worker.'),
    });
  });

  it('refuses a part that asks for the storage and declares none, even if another part does', async () => {
    const kernel = aLifecycle([
      definePlugin({
        ...aPlugin('notes'),
        parts: {
          api: async () => ({
            default: definePart()({ deps: { db: core.storage }, register: (r) => r.storage({ migrations: async () => [] }) }) as Any,
          }),
          worker: async () => ({ default: definePart()({ deps: { db: maybe(core.storage) }, register() {} }) as Any }),
        },
      }),
      aPlugin('other', { needs: { db: core.storage }, register: (r) => r.storage({ migrations: async () => [] }) }),
    ]);
    await kernel.start();
    expect(kernel.status('notes')).toMatchObject({
      state: 'failed',
      phase: 'register',
      code: 'SEXTANT_STORAGE_UNDECLARED',
      reason: expect.stringContaining('"notes" (part worker) asks for core.storage@1'),
    });
    expect(kernel.switchboard.find('notes').error?.fix).toContain('Add `storage` to the manifest');
  });

  it('refuses what is declared after register has returned, and a register that returns a promise', async () => {
    let late: Registrar<Any> | undefined;
    const kernel = aLifecycle([
      aPlugin('late', { register: (r) => void (late = r) }),
      aPlugin('promise', { register: (async () => undefined) as Any }),
    ]);
    await kernel.start();
    expect(() => late?.start(() => undefined)).toThrow(/SEXTANT_REGISTRAR_FROZEN|after register\(\) had returned/);
    expect(kernel.status('promise')).toMatchObject({ state: 'failed', phase: 'register' });
  });

  it('says of a plugin that the schema is without it as long as it is, once, and why each other failed, in sentences', async () => {
    let without = true;
    const refused = new SextantError('SEXTANT_PLUGIN_FAILED', { what: 'A field has no resolver.' });
    const kernel = aLifecycle(
      [
        aPlugin('fields', {}),
        aPlugin('other', {}),
        aPlugin('thrower', {
          register: () => {
            throw new Error('no luck');
          },
        }),
      ],
      { wiring: { composeGraphQL: () => ({ rejected: new Map(without ? [['fields', refused]] : []), drained: Promise.resolve() }) } },
    );
    await kernel.start();
    await kernel.switchboard.disable('other');
    expect(kernel.status('fields')).toMatchObject({
      state: 'degraded',
      reason: 'its GraphQL schema was left out: A field has no resolver.',
    });
    expect(kernel.status('thrower')?.reason).toContain('no luck. ');
    without = false;
    await kernel.switchboard.enable('other');
    expect(kernel.status('fields')).toMatchObject({ state: 'active', reason: undefined });
  });

  it('refuses a service under another plugin’s name', async () => {
    const kernel = aLifecycle([aPlugin('thief', { register: (r) => r.provide(tokenOf('owner'), () => ({ name: 'thief' })) })]);
    await kernel.start();
    expect(kernel.status('thief')).toMatchObject({ state: 'failed', phase: 'register', code: 'SEXTANT_SERVICE_DUPLICATE' });
  });

  describe('points', () => {
    const point = extensionPoint<string>('owner.words@1');
    it('are complete when start hooks run, in the order of ids, also when contributor and owner need each other', async () => {
      let seen: readonly string[] = [];
      const owner = aPlugin('owner', {
        needs: { words: point },
        register: (r) => {
          r.provide(tokenOf('owner'), () => ({ name: 'owner' }));
          r.start(({ words }: Any) => void (seen = words.map((w: Any) => `${w.plugin}=${w.value}`)));
        },
      });
      const contributor = (id: string) =>
        aPlugin(id, { needs: { owner: tokenOf('owner') }, register: (r) => r.contribute(point, () => id.toUpperCase()) });
      const kernel = aLifecycle([contributor('z'), owner, contributor('b')]);
      await kernel.start();
      expect(seen).toEqual(['b=B', 'z=Z']);
      await kernel.switchboard.disable('b');
      expect(kernel.points.list(point).map((c) => c.plugin)).toEqual(['z']);
    });

    it('let the owner refuse a contribution, and show the contributor as degraded', async () => {
      const owner = aPlugin('owner', {
        needs: { words: point },
        register: (r) => r.start(({ words }: Any) => words[0].reject('not a word')),
      });
      const kernel = aLifecycle([owner, aPlugin('b', { register: (r) => r.contribute(point, () => '') })]);
      await kernel.start();
      expect(kernel.status('b')).toMatchObject({ state: 'degraded', reason: expect.stringContaining('not a word') });
    });
  });

  describe('live switching', () => {
    it('stops in reverse order, closes entrances first, and takes services away', async () => {
      const stops: string[] = [];
      const noted = (id: string, needs: Record<string, Any> = {}) =>
        aPlugin(id, {
          needs,
          register: (r) => {
            r.provide(tokenOf(id), () => ({ name: id }));
            r.http(() => undefined);
            r.stop(() => void stops.push(id));
          },
        });
      const kernel = aLifecycle([noted('a'), noted('b', { a: tokenOf('a') })]);
      await kernel.start();
      await expect(kernel.switchboard.disable('a')).rejects.toMatchObject({
        code: 'SEXTANT_PLUGIN_NEEDED',
        details: { dependents: ['b'] },
      });
      await kernel.switchboard.disable('a', { cascade: true });
      expect(stops).toEqual(['b', 'a']);
      expect(kernel.events.slice(-3)[0]).toBe('compose ');
      expect(kernel.events.slice(-2).sort()).toEqual(['close routes of a', 'close routes of b']);
      expect([kernel.state('a'), kernel.state('b'), kernel.container.get(tokenOf('a'))]).toEqual(['disabled', 'disabled', undefined]);
      await kernel.switchboard.enable('b');
      expect(kernel.status('b')).toMatchObject({
        state: 'blocked',
        code: 'SEXTANT_SERVICE_MISSING',
        reason: expect.stringContaining('"a", which provides it, is disabled'),
      });
      await kernel.switchboard.enable('a');
      expect([kernel.state('a'), kernel.state('b')]).toEqual(['active', 'active']);
    });

    it('gives an optional dependency as its provider comes and goes', async () => {
      let deps: Any;
      const kernel = aLifecycle([
        provider('opt'),
        aPlugin('user', { needs: { opt: maybe(tokenOf('opt')) }, register: (r) => r.start((d) => void (deps = d)) }),
      ]);
      await kernel.start();
      expect(deps.opt).toEqual({ name: 'opt' });
      await kernel.switchboard.disable('opt');
      expect(deps.opt).toBeUndefined();
      await kernel.switchboard.enable('opt');
      expect(deps.opt).toEqual({ name: 'opt' });
    });

    it('names the nearest id for a typo, and refuses to switch off what is always on', async () => {
      const kernel = aLifecycle([aPlugin('search'), aPlugin('base', { toggle: 'always-on' })]);
      await kernel.start();
      await expect(kernel.switchboard.enable('serch')).rejects.toMatchObject({
        code: 'SEXTANT_PLUGIN_UNKNOWN',
        message: expect.stringContaining('Did you mean "search"?'),
      });
      await expect(kernel.switchboard.disable('base')).rejects.toMatchObject({ code: 'SEXTANT_PLUGIN_ALWAYS_ON' });
    });

    it('aborts the plugin’s signal when it stops', async () => {
      let signal: AbortSignal | undefined;
      const kernel = aLifecycle([aPlugin('a', { register: (r) => r.start((_d, ctx) => void (signal = ctx.signal)) })]);
      await kernel.start();
      await kernel.switchboard.disable('a');
      expect(signal?.aborted).toBe(true);
    });
  });
});
