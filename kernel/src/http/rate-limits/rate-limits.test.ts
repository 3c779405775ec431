import { type Actor, ANONYMOUS } from '@sextant/sdk';
import { afterEach, describe, expect, it } from 'vitest';
import { MemoryLimitStore } from '../../cache/memory-limit-store.js';
import { closeServers, open, ServerBench } from '../a-server.js';
import { RequestLimiter, type RequestLimits } from './request-limiter.js';

afterEach(closeServers);

const limits = (more: Partial<RequestLimits> = {}): RequestLimits => ({
  enabled: true,
  window: 60_000,
  perUser: 3,
  perAddress: 2,
  siteAdminFactor: 2,
  ...more,
});

async function start(inForce: () => RequestLimits, localMode = false): Promise<ServerBench> {
  const limiter = new RequestLimiter({ limits: inForce, now: () => 0 });
  return new ServerBench({ localMode: () => localMode, limiter }).start((router) => {
    router.get('/api', () => ({ body: 'ok' }), open);
    router.get('/own', () => ({ body: 'ok' }), { auth: 'own' });
  });
}
const as = (token: string) => ({ headers: { authorization: `token ${token}` } });
async function statuses(bench: ServerBench, times: number, options: Parameters<ServerBench['ask']>[1] = {}): Promise<number[]> {
  const found: number[] = [];
  for (let i = 0; i < times; i++) found.push((await bench.ask('/api', options)).status);
  return found;
}

describe('requests beyond the limit', () => {
  it('are answered 429, with the headers of the IETF draft and Retry-After', async () => {
    const bench = await start(limits);
    const first = await bench.ask('/api', as('user'));
    expect(first.headers).toMatchObject({ 'ratelimit-policy': '"default";q=3;w=60', ratelimit: '"default";r=2;t=20' });
    expect(await statuses(bench, 2, as('user'))).toEqual([200, 200]);
    const refused = await bench.ask('/api', as('user'));
    expect(refused.status).toBe(429);
    expect(refused.headers).toMatchObject({ ratelimit: '"default";r=0;t=60', 'retry-after': '20' });
    expect(JSON.parse(refused.body)).toMatchObject({ error: { code: 'SEXTANT_HTTP_RATE_LIMITED', retryAfter: 20_000 } });
  });

  it('are counted for each user, and for each address of those who are nobody', async () => {
    const bench = await start(limits);
    expect(await statuses(bench, 3)).toEqual([200, 200, 429]);
    expect(await statuses(bench, 1, as('guest'))).toEqual([429]);
    expect(await statuses(bench, 4, as('user'))).toEqual([200, 200, 200, 429]);
  });

  it('are more for site admins, and none for other processes and the admin of local mode', async () => {
    const bench = await start(limits);
    expect(await statuses(bench, 9, as('internal'))).toEqual(Array(9).fill(200));
    const limiter = new RequestLimiter({ limits, now: () => 0 });
    const admin: Actor = { kind: 'user', id: 'user:1', userId: 1, siteAdmin: true, via: 'token' };
    expect(Array.from({ length: 7 }, () => limiter.take(admin, '')?.allowed)).toEqual([true, true, true, true, true, true, false]);
    expect(limiter.take({ ...admin, via: 'local' }, '')).toBeUndefined();
  });

  it('are none where the handler decides who may, and none when it is switched off while it runs', async () => {
    let inForce = limits();
    const bench = await start(() => inForce);
    for (let i = 0; i < 5; i++) expect((await bench.ask('/own')).status).toBe(200);
    expect(await statuses(bench, 3)).toEqual([200, 200, 429]);
    inForce = limits({ enabled: false });
    const reply = await bench.ask('/api');
    expect([reply.status, reply.headers['ratelimit']]).toEqual([200, undefined]);
  });
});

describe('the limiter', () => {
  const person: Actor = { kind: 'user', id: 'user:7', userId: 7, siteAdmin: false, via: 'token' };

  it('gives back over time what was spent', () => {
    let now = 0;
    const limiter = new RequestLimiter({ limits, now: () => now });
    const take = () => limiter.take(person, '')?.allowed;
    expect([take(), take(), take(), take()]).toEqual([true, true, true, false]);
    now = 20_000;
    expect([take(), take()]).toEqual([true, false]);
  });

  it('takes one IPv6 network for one address', () => {
    const limiter = new RequestLimiter({ limits, now: () => 0 });
    const take = (address: string) => limiter.take(ANONYMOUS, address)?.allowed;
    expect([take('2001:db8:1:2::1'), take('2001:db8:1:2::2'), take('2001:db8:1:2::3'), take('2001:db8:1:3::1')]).toEqual([
      true,
      true,
      false,
      true,
    ]);
  });

  it('shares the limit with other processes, and asks the store a hundred times a bucket at most', async () => {
    const store = new MemoryLimitStore(() => 0);
    let asked = 0;
    const shared = {
      take: (...args: Parameters<MemoryLimitStore['take']>) => {
        asked += 1;
        return store.take(...args);
      },
    };
    const inForce = () => limits({ perUser: 1_000 });
    const both = [1, 2].map(() => new RequestLimiter({ limits: inForce, shared, now: () => 0 }));
    let allowed = 0;
    for (let i = 0; i < 2_000; i++) {
      if (both[i % 2]?.take(person, '')?.allowed) allowed += 1;
      await Promise.resolve().then(() => undefined);
    }
    expect(allowed).toBeGreaterThanOrEqual(1_000);
    expect(allowed).toBeLessThanOrEqual(1_040);
    expect(asked).toBeLessThanOrEqual(110);
  });

  it('goes on without the store', async () => {
    const shared = { take: () => Promise.reject(new Error('gone')) };
    const limiter = new RequestLimiter({ limits, shared, now: () => 0 });
    const allowed = [];
    for (let i = 0; i < 4; i++) {
      allowed.push(limiter.take(person, '')?.allowed);
      await new Promise(setImmediate);
    }
    expect(allowed).toEqual([true, true, true, false]);
  });

  it('keeps a bounded number of buckets', () => {
    const limiter = new RequestLimiter({ limits, now: () => 0 });
    for (let i = 0; i < 50_000; i++) limiter.take(ANONYMOUS, `10.${i >> 16}.${(i >> 8) & 255}.${i & 255}`);
    expect(limiter.size).toBe(20_000);
  });
});
