import { Secret } from '@sextant/sdk';
import { inMemoryServices, silentLog } from '@sextant/sdk/testing';
import { beforeEach, expect, it } from 'vitest';
import { config } from '../config.js';
import { type DeliveryParts, sendDeliveryJob } from './send-delivery-job.js';

let statuses: number[];
let attempts: number;
let state: string;
let events: string[];
let disabledAt: Date | undefined;
let retryAfter: string | undefined;
beforeEach(() => {
  [statuses, attempts, state, events, disabledAt, retryAfter] = [[], 0, 'queued', [], undefined, undefined];
});

const parts = (): DeliveryParts => ({
  clock: inMemoryServices().clock,
  http: {
    fetch: async () =>
      new Response('', { status: statuses.shift() ?? 200, headers: retryAfter === undefined ? {} : { 'retry-after': retryAfter } }),
  },
  deliveries: {
    find: async () => ({ id: 1, uuid: 'u', webhookId: 3, eventType: 'a:b', payload: '{}', state, attempts }) as never,
    record: async (next) => {
      state = next;
      attempts++;
      return {} as never;
    },
    settle: async (_id, next) => {
      state = next;
    },
  },
  webhooks: {
    withSecret: async () => ({
      webhook: { id: 3, url: 'http://x.example.com', disabledAt } as never,
      secret: new Secret('hunter2-canary'),
    }),
    works: async () => void events.push('works'),
    fails: async (_id, patience) => {
      events.push(`fails ${patience}`);
      return false;
    },
  },
});
const run = async () => {
  const job = {
    config: config.parse({ retryDelay: '10s', maxAttempts: 5 }),
    signal: new AbortController().signal,
    log: silentLog,
    retryLater: (reason: string, options?: { after?: number }) => ({ retryLater: reason, after: options?.after ?? 0 }),
  };
  return (await sendDeliveryJob(1, parts(), job)) ?? undefined;
};

it('tries again after ever longer waits, and not without end', async () => {
  statuses = [500, 500, 500, 500, 500];
  const waits: unknown[] = [];
  for (let n = 0; n < 5; n++) waits.push((await run())?.after);
  expect(waits).toEqual([10_000, 60_000, 360_000, 2_160_000, undefined]);
  expect([state, attempts, events]).toEqual(['failed', 5, ['fails 259200000']]);
  expect(await run()).toBeUndefined();
  expect(attempts).toBe(5);
});

it('ends with the first success, and says that the receiver works', async () => {
  statuses = [502];
  expect(await run()).toMatchObject({ after: 10_000 });
  expect(await run()).toBeUndefined();
  expect([state, attempts, events]).toEqual(['delivered', 2, ['works']]);
});

it('waits as long as the receiver asks', async () => {
  statuses = [429];
  retryAfter = '300';
  expect(await run()).toMatchObject({ after: 300_000 });
});

it('does not try again where the receiver is gone', async () => {
  statuses = [410];
  expect(await run()).toBeUndefined();
  expect([state, attempts]).toEqual(['failed', 1]);
});

it('sends nothing for a webhook that was switched off in between', async () => {
  disabledAt = new Date();
  await run();
  expect([state, attempts]).toEqual(['failed', 0]);
});
