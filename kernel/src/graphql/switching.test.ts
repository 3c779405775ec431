import { describe, expect, it } from 'vitest';
import { type Answer, aPart, EngineBench, Events, hello, user } from './an-engine.js';
import type { GraphQLContribution } from './plugin-schema.js';

describe('switching plugins', () => {
  it('lists them to site admins alone', async () => {
    const bench = new EngineBench();
    bench.statuses = [await bench.switch('git', 'active')];
    const query = '{ plugins { id version title summary toggle state phase reason code dependsOn timings } }';
    expect((await bench.ask(query)).data).toEqual({
      plugins: [
        {
          id: 'git',
          version: '1.0.0',
          title: 'git',
          summary: '',
          toggle: 'DEFAULT_ON',
          state: 'ACTIVE',
          phase: null,
          reason: null,
          code: null,
          dependsOn: [],
          timings: { init: 3 },
        },
      ],
    });
    expect((await bench.ask(query, { actor: user })).errors?.[0]?.extensions['code']).toBe('SEXTANT_AUTH_SITE_ADMIN_REQUIRED');
  });

  it('drains the operations that began before, without waiting for the mutation it runs in', async () => {
    const gate = Promise.withResolvers<string>();
    const slow = aPart('slow', 'extend type Query { slow: String }', { Query: { slow: () => gate.promise } });
    const bench = new EngineBench([hello, slow]);
    const drained: boolean[] = [];
    bench.onSwitch = async () => {
      bench.engine.compose([hello]);
      drained.push(await bench.engine.drained(5));
      gate.resolve('done');
      drained.push(await bench.engine.drained(1000));
    };
    const running = bench.ask('{ slow }');
    const switched = await bench.ask('mutation { disablePlugin(id: "slow") { id state } }');
    expect(switched.data).toEqual({ disablePlugin: { id: 'slow', state: 'DISABLED' } });
    expect(drained).toEqual([false, true]);
    expect((await running).data).toEqual({ slow: 'done' });
    expect((await bench.ask('{ slow }')).errors?.[0]?.extensions['code']).toBe('SEXTANT_GRAPHQL_INVALID');
  });

  it('swaps at once: every concurrent query sees one schema, whole', async () => {
    const version = (n: number): GraphQLContribution =>
      aPart('versioned', `type T { v: Int } extend type Query { v: Int t: T extra${n}: Int }`, {
        Query: {
          v: async () => n,
          t: async () => {
            await new Promise(setImmediate);
            return {};
          },
          [`extra${n}`]: () => n,
        },
        T: { v: () => n },
      });
    const bench = new EngineBench([version(0)]);
    const answers: Promise<Answer>[] = [];
    for (let n = 1; n <= 20; n++) {
      for (let i = 0; i < 10; i++) answers.push(bench.ask('{ v t { v } }'));
      await null;
      bench.engine.compose([version(n)]);
      await new Promise(setImmediate);
    }
    for (const answer of await Promise.all(answers)) {
      expect(answer.errors).toBeUndefined();
      const { v, t } = answer.data as { readonly v: unknown; readonly t: { readonly v: unknown } };
      expect(t.v).toBe(v);
    }
    expect(bench.engine.figures.running).toBe(0);
  });

  it('holds as many types after 50 switches as before', () => {
    const bench = new EngineBench([hello]);
    const before = bench.engine.figures.types;
    const extra = aPart('extra', 'type Extra { a: Int } extend type Query { extra: Extra }', { Query: { extra: () => ({ a: 1 }) } });
    for (let i = 0; i < 50; i++) {
      bench.engine.compose([hello, extra]);
      bench.engine.compose([hello]);
    }
    expect(bench.engine.figures).toMatchObject({ types: before, generation: 101, running: 0, subscriptions: 0 });
  });
});

describe('a subscription', () => {
  const events = new Events<{ tick: number }>();
  const ticker = aPart('ticker', 'extend type Subscription { tick: Int }', {
    Subscription: { tick: { subscribe: () => events.listen() } },
  });

  it('delivers events as server-sent events, and closes its source when the client goes away', async () => {
    const source = new Events<{ tick: number }>();
    const bench = new EngineBench([
      aPart('ticker', 'extend type Subscription { tick: Int }', { Subscription: { tick: { subscribe: () => source.listen() } } }),
    ]);
    const client = new AbortController();
    const stream = await bench.subscribe('subscription { tick }', { signal: client.signal });
    const first = stream.next();
    source.emit({ tick: 1 });
    expect(await first).toEqual({ event: 'next', data: { data: { tick: 1 } } });
    client.abort();
    await expect.poll(() => source.listeners).toBe(0);
    expect(bench.engine.figures.subscriptions).toBe(0);
  });

  it('goes on across a swap on the schema it began with', async () => {
    const bench = new EngineBench([hello, ticker]);
    const stream = await bench.subscribe('subscription { tick }');
    events.emit({ tick: 1 });
    expect((await stream.next()).data).toEqual({ data: { tick: 1 } });
    bench.engine.compose([ticker]);
    bench.engine.compose([ticker, hello]);
    events.emit({ tick: 2 });
    expect((await stream.next()).data).toEqual({ data: { tick: 2 } });
    bench.engine.close();
    expect((await stream.next()).event).toBe('complete');
  });

  it('ends with a code when the plugin behind it is switched off', async () => {
    const bench = new EngineBench([hello, ticker]);
    const stream = await bench.subscribe('subscription { tick }');
    bench.engine.compose([hello]);
    expect(await stream.next()).toMatchObject({
      data: { errors: [{ extensions: { code: 'SEXTANT_GRAPHQL_PLUGIN_GONE', plugin: 'ticker' } }] },
    });
    expect((await stream.next()).event).toBe('complete');
    expect(bench.engine.figures.subscriptions).toBe(0);
  });

  it('ends a while after its schema was superseded', async () => {
    const bench = new EngineBench([ticker], { supersededSubscription: 10 });
    const stream = await bench.subscribe('subscription { tick }');
    bench.engine.compose([ticker, hello]);
    expect((await stream.next()).event).toBe('complete');
  });

  it('is refused beyond the number that may run', async () => {
    const bench = new EngineBench([ticker], { subscriptions: 1 });
    const stream = await bench.subscribe('subscription { tick }');
    const second = await bench.subscribe('subscription { tick }');
    expect(await second.next()).toMatchObject({
      data: { errors: [{ extensions: { code: 'SEXTANT_GRAPHQL_LIMIT', limit: 'subscriptions' } }] },
    });
    await stream.close();
  });

  it('tells of plugins that change, of one alone when asked', async () => {
    const bench = new EngineBench();
    const stream = await bench.subscribe('subscription { pluginChanged(id: "search") { id state } }');
    await bench.switch('git', 'active');
    await bench.switch('search', 'disabled');
    expect((await stream.next()).data).toEqual({ data: { pluginChanged: { id: 'search', state: 'DISABLED' } } });
    await stream.close();
    await expect.poll(() => bench.changes.listeners).toBe(0);
  });
});
