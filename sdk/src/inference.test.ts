import { describe, expectTypeOf, it } from 'vitest';
import {
  core,
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
});
