import { core, defineJob, definePart, definePlugin, extensionPoint, type Manifest, serviceToken, z } from '@sextant/sdk';
import { describe, expect, it } from 'vitest';
import { aLifecycle } from './a-lifecycle.js';

// As in plain JavaScript: a plugin may give anything.
// biome-ignore lint/suspicious/noExplicitAny: that is what is tried
type Any = any;

function aPlugin(id: string, register: (r: Any) => Any, deps: Any = {}): Manifest {
  return definePlugin({
    id,
    version: '1.0.0',
    title: id,
    summary: id,
    engines: { kernel: '^1.0.0' },
    toggle: 'default-on',
    parts: { api: async () => ({ default: definePart()({ deps, register }) as Any }) },
  });
}

/** What becomes of a plugin that registers so, beside one that is right. */
async function becomes(register: (r: Any) => Any, deps?: Any) {
  const kernel = aLifecycle([aPlugin('calm', () => undefined), aPlugin('wrong', register, deps)]);
  await kernel.start();
  expect(kernel.state('calm')).toBe('active');
  return kernel.status('wrong');
}

const job = defineJob('wrong.do-it', { payload: z.object({}) });
const token = serviceToken<unknown>('wrong.thing@1');
const nothing = (): void => undefined;

describe('what a verb cannot take is refused when it is called', () => {
  it.each<[string, (r: Any) => Any, RegExp]>([
    ['a timeout in words', (r) => r.start(nothing, { timeout: '1s' }), /called start\(\).*"timeout" is "1s", not a number of milliseconds/],
    ['a timeout that no timer can wait', (r) => r.stop(nothing, { timeout: 3e9 }), /called stop\(\).*"timeout" is 3000000000/],
    ['a misspelt option', (r) => r.start(nothing, { timeOut: 5 }), /take no "timeOut": there is timeout/],
    ['a hook that is none', (r) => r.start('go'), /The hook is "go", not a function/],
    ['no hook', (r) => r.stop(), /The hook is missing: it must be a function/],
    [
      'a key for a token',
      (r) => r.provide('wrong.thing@1', nothing),
      /called provide\(\).*The token is "wrong.thing@1", not one made by serviceToken/,
    ],
    ['a misspelt token', (r) => r.provide(undefined, nothing), /The token is missing/],
    ['a service for a factory', (r) => r.provide(token, { greet: nothing }), /The factory is an object, not a function/],
    [
      'a token for a point',
      (r) => r.contribute(token, nothing),
      /called contribute\(\).*The point is an object, not one made by extensionPoint/,
    ],
    ['a contribution for a factory', (r) => r.contribute(extensionPoint('wrong.words@1'), 'word'), /The factory is "word"/],
    ['a GraphQL part for its loader', (r) => r.graphql({ typeDefs: '' }), /called graphql\(\).*What loads it is an object/],
    ['routes for what adds them', (r) => r.http([]), /called http\(\).*What adds the routes is an array/],
    [
      'a list of migrations',
      (r) => r.storage({ migrations: [] }),
      /called storage\(\).*"migrations" is an array, not a function that gives the list/,
    ],
    ['a list of entities', (r) => r.storage({ migrations: nothing, entities: [] }), /"entities" is an array/],
    [
      'a database that there is not',
      (r) => r.storage({ migrations: nothing, database: 'mine' }),
      /"database" is "mine", not main, codeintel or insights/,
    ],
    ['sealed columns by name', (r) => r.storage({ migrations: nothing, sealed: ['token'] }), /"sealed"\[0\] is "token"/],
    ['a name for a job', (r) => r.job('wrong.do-it', nothing), /called job\(\).*not one made by defineJob/],
    ['a job without a handler', (r) => r.job(job), /The handler is missing/],
    ['a job without a payload', (r) => r.job({ ...job, payload: {} }, nothing), /payload is not a schema/],
    ['no schedule', (r) => r.schedule(), /called schedule\(\).*The schedule is missing/],
    ['a schedule without an id', (r) => r.schedule({ cron: '* * * * *', job }), /"id" is missing/],
    ['a schedule without a time', (r) => r.schedule({ id: 'x', job }), /needs one of cron and every/],
    ['a schedule with two times', (r) => r.schedule({ id: 'x', job, cron: '* * * * *', every: 5_000 }), /and not both/],
    ['an interval in words', (r) => r.schedule({ id: 'x', job, every: '5m' }), /"every" is "5m", not a number of milliseconds/],
    [
      'a misspelt key of a schedule',
      (r) => r.schedule({ id: 'x', job, cron: '* * * * *', catchup: true }),
      /no "catchup": there is id, job/,
    ],
    ['a schedule without a job', (r) => r.schedule({ id: 'x', every: 5_000 }), /not one made by defineJob/],
    [
      'a schedule of a job that needs a payload',
      (r) => r.schedule({ id: 'x', every: 5_000, job: defineJob('wrong.see-it', { payload: z.object({ id: z.number() }) }) }),
      /the payload of "wrong.see-it" must take an empty object/i,
    ],
    [
      'a probe without a name',
      (r) => r.health(async () => ({ status: 'up' })),
      /called health\(\).*The name is a function.*the probe is missing/,
    ],
    ['a probe every so many words', (r) => r.health('x', nothing, { every: '5s' }), /"every" is "5s"/],
    [
      'a command that nobody reads',
      (r) => r.command({ name: 'x', summary: 'x', arguments: z.object({}), run: nothing }),
      /belongs to the part cli.*not of api/,
    ],
    ['a service twice', (r) => [r.provide(token, nothing), r.provide(token, nothing)], /called provide\(\) twice for "wrong.thing@1"/],
    ['a job twice', (r) => [r.job(job, nothing), r.job(job, nothing)], /called job\(\) twice for "wrong.do-it"/],
    ['a schedule twice', (r) => [1, 2].map(() => r.schedule({ id: 'x', job, every: 5_000 })), /called schedule\(\) twice for "x"/],
    ['a probe twice', (r) => [r.health('x', nothing), r.health('x', nothing)], /called health\(\) twice for "x"/],
  ])('%s', async (_what, register, reason) => {
    const status = await becomes((r) => void register(r));
    expect(status).toMatchObject({ state: 'failed', phase: 'register', code: 'SEXTANT_PLUGIN_DECLARATION' });
    expect(status.reason).toMatch(/^Plugin "wrong" \(part api\) /);
    expect(status.reason).toMatch(reason);
  });

  it('and a time that is none, with the id of the schedule', async () => {
    for (const [time, reason] of [
      [{ cron: 'every day' }, '"every day"'],
      [{ every: 10 }, '10 ms'],
    ] as const) {
      const status = await becomes((r) => r.schedule({ id: 'sweep', job, ...time }));
      expect(status).toMatchObject({ state: 'failed', phase: 'register', code: 'SEXTANT_JOB_SCHEDULE' });
      expect(status.reason).toContain('"wrong/sweep"');
      expect(status.reason).toContain(reason);
    }
  });

  it('and a job of another plugin, which that one alone may handle and schedule', async () => {
    const theirs = defineJob('calm.do-it', { payload: z.object({}) });
    for (const register of [(r: Any) => r.job(theirs, nothing), (r: Any) => r.schedule({ id: 'x', job: theirs, every: 5_000 })])
      expect(await becomes(register)).toMatchObject({ state: 'failed', code: 'SEXTANT_SERVICE_DUPLICATE' });
  });

  it('and a promise of register, of any kind', async () => {
    // biome-ignore lint/suspicious/noThenProperty: that is what is tried
    const status = await becomes(() => ({ then: nothing }));
    expect(status.reason).toContain('register() returned a promise');
  });
});

describe('a dependency that is none is refused when the part is read', () => {
  it.each<[string, Any, RegExp]>([
    ['a misspelt import', { db: (core as Any).storages }, /the dependency "db" is missing/i],
    ['a key', { db: 'core.storage@1' }, /the dependency "db" is "core.storage@1", not a token/i],
    ['maybe of nothing', { db: { kind: 'maybe' } }, /the token of maybe\(\) in the dependency "db" is missing/i],
    ['no dependencies', null, /"deps" is null, not an object of tokens/],
  ])('%s', async (_what, deps, reason) => {
    const status = await becomes(nothing, deps);
    expect(status).toMatchObject({ state: 'failed', phase: 'register', code: 'SEXTANT_PLUGIN_DECLARATION' });
    expect(status.reason).toMatch(reason);
  });
});

describe('what a plugin makes is looked at where it is made', () => {
  it.each<[string, (r: Any) => Any, string, RegExp]>([
    ['a service of nothing', (r) => r.provide(token, nothing), 'init', /made nothing for "wrong.thing@1"/],
    [
      'a contribution of nothing',
      (r) => r.contribute(extensionPoint('wrong.words@1'), nothing),
      'init',
      /made nothing for "wrong.words@1"/,
    ],
    [
      'a remote service without what its token promises',
      (r) =>
        r.provide(serviceToken('wrong.far@1', { remote: { role: 'api', methods: { ask: 'call', tell: 'call' } as Any } }), () => ({
          ask: nothing,
        })),
      'init',
      /"wrong.far@1" that lacks .*It has no tell\(\)/,
    ],
    ['a GraphQL file without a default export', (r) => r.graphql(async () => ({})), 'compose', /default export is missing/],
    ['a GraphQL part of text', (r) => r.graphql(async () => ({ default: 'type Query' })), 'compose', /default export is "type Query"/],
    [
      'resolvers that are no function',
      (r) => r.graphql(async () => ({ default: { typeDefs: '', resolvers: {}, loaders: {}, extends: 'Query' } })),
      'compose',
      /"resolvers" is an object, not a function.*"loaders" is an object.*"extends" is "Query"/,
    ],
  ])('%s', async (_what, register, phase, reason) => {
    const status = await becomes((r) => void register(r));
    expect(status).toMatchObject({ state: 'failed', phase, code: 'SEXTANT_PLUGIN_DECLARATION' });
    expect(status.reason).toMatch(reason);
  });
});

it('a throw of nothing is told as that, with the part', async () => {
  const status = await becomes((r) => r.start(() => Promise.reject()));
  expect(status.reason).toContain('Plugin "wrong" (part api) failed in phase start. It threw undefined, which tells nothing.');
});
