import { describe, expect, expectTypeOf, it } from 'vitest';
import {
  core,
  defineEvent,
  defineGraphQL,
  defineJob,
  definePart,
  definePlugin,
  duration,
  extensionPoint,
  type Jobs,
  maybe,
  type Storage,
  serviceToken,
  z,
} from './index.js';

interface Kind {
  readonly kind: string;
}
const kinds = extensionPoint<Kind>('demo.kinds@1');
interface Declared {
  readonly name: string;
  readonly defaults: readonly ('USER' | 'ADMIN')[];
}
const declared = extensionPoint<Declared>('demo.declared@1');
const counter = serviceToken<{ count(): Promise<number> }>('demo.counter@1');
const config = z.object({ url: z.string(), every: duration().default(5) });
const changed = defineEvent('demo.changed@1', z.object({ id: z.number() }));
const sync = defineJob('demo.sync-things', { payload: z.object({ repo: z.string() }) });

describe('the types a plugin author sees', () => {
  it('gives each dependency its own type, and the configuration its schema', () => {
    definePart(config)({
      deps: { kinds, jobs: core.jobs, db: core.storage, counter: maybe(counter) },
      register(r) {
        r.start((deps, ctx) => {
          expectTypeOf(deps.jobs).toEqualTypeOf<Jobs>();
          expectTypeOf(deps.db).toEqualTypeOf<Storage>();
          expectTypeOf(deps.counter).toEqualTypeOf<{ count(): Promise<number> } | undefined>();
          expectTypeOf(deps.kinds[0]!.value).toEqualTypeOf<Kind>();
          expectTypeOf(ctx.config.get()).toEqualTypeOf<{ url: string; every: number }>();
          // @ts-expect-error the payload has another shape
          void deps.jobs.enqueue(sync, { repo: 3 });
        });
        r.job(sync, async (payload, deps, job) => {
          expectTypeOf(payload).toEqualTypeOf<{ repo: string }>();
          expectTypeOf(deps.db).toEqualTypeOf<Storage>();
          expectTypeOf(job.config.every).toEqualTypeOf<number>();
        });
        r.provide(counter, () => ({ count: async () => 1 }));
        // @ts-expect-error the service has another shape
        r.provide(counter, () => ({ count: async () => 'one' }));
        // What a factory writes out is read as what the point asks for.
        r.contribute(declared, () => ({ name: 'x', defaults: ['USER'] }));
        // @ts-expect-error there is no such default
        r.contribute(declared, () => ({ name: 'x', defaults: ['USR'] }));
      },
    });
  });

  it('accepts a part of the same configuration in a manifest', () => {
    const part = definePart(config)({ deps: { db: core.storage }, register() {} });
    definePlugin({
      id: 'demo',
      version: '1.0.0',
      title: 'Demo',
      summary: 'x',
      engines: { kernel: '^1.0.0' },
      toggle: 'default-on',
      config,
      parts: { api: async () => ({ default: part }) },
    });
  });

  it('gives every callback of a part with create its instance first', () => {
    class Sync {
      constructor(readonly db: Storage) {}
    }
    const part = definePart(config)({
      deps: { db: core.storage },
      create: async ({ db }, ctx) => {
        expectTypeOf(ctx.config.get().url).toEqualTypeOf<string>();
        return new Sync(db);
      },
      register(r) {
        r.provide(counter, (instance) => {
          expectTypeOf(instance).toEqualTypeOf<Sync>();
          return { count: async () => 1 };
        });
        r.job(sync, async (instance, payload, job) => {
          expectTypeOf(instance).toEqualTypeOf<Sync>();
          expectTypeOf(payload).toEqualTypeOf<{ repo: string }>();
          expectTypeOf(job.config.every).toEqualTypeOf<number>();
        });
        r.on(changed, (instance, { id }, notice) => {
          expectTypeOf(instance).toEqualTypeOf<Sync>();
          expectTypeOf(id).toEqualTypeOf<number>();
          expectTypeOf(notice.id).toEqualTypeOf<string>();
        });
        r.command({
          name: 'demo list',
          summary: 'x',
          arguments: z.object({ limit: z.number() }),
          async run(instance, { limit }, { out }) {
            expectTypeOf(instance).toEqualTypeOf<Sync>();
            out.json(limit satisfies number);
            return 0;
          },
        });
        // @ts-expect-error the storage is named in the manifest
        r.storage({ migrations: async () => [] });
        // @ts-expect-error a catch-up job takes no payload
        r.on(changed, () => undefined, { catchUp: sync });
      },
    });
    defineGraphQL<typeof part>()({
      typeDefs: '',
      resolvers: (instance, ctx) => {
        expectTypeOf(instance).toEqualTypeOf<Sync>();
        expectTypeOf(ctx.config.get().url).toEqualTypeOf<string>();
        return {};
      },
    });
    const load = async () => ({ default: part });
    const manifest = {
      id: 'demo',
      version: '1',
      title: 'x',
      summary: 'x',
      engines: { kernel: '^1.0.0' },
      toggle: 'default-on',
      config,
    } as const;
    definePlugin({ ...manifest, parts: { sync: { roles: ['api', 'worker'], load }, cli: load } });
    // @ts-expect-error a function alone is a part of the role that it is named after
    expect(() => definePlugin({ ...manifest, parts: { sync: load } })).toThrow('parts.sync is not a role');
    // @ts-expect-error there is no such role
    expect(() => definePlugin({ ...manifest, parts: { sync: { roles: ['wroker'], load } } })).toThrow('not a role');
  });
});
