import { core, definePart, definePlugin, z } from '@sextant/sdk';
import { TestClock } from '@sextant/sdk/testing';
import { beforeAll, expect, it } from 'vitest';
import { ASite } from './testing/a-site.js';

const config = z.object({});
const endless = async function* () {
  yield 'data: first\n\n';
  await new Promise(() => undefined);
};
const streamer = definePlugin({
  id: 'streamer',
  version: '1.0.0',
  title: 'Streamer',
  summary: 'Has a stream without an end.',
  engines: { kernel: '^1.0.0' },
  toggle: 'always-on',
  config,
  parts: {
    api: async () => ({
      default: definePart(config)({
        deps: {},
        register: (r) =>
          r.http((router) =>
            router.get('/-/endless', () => ({ headers: { 'content-type': 'text/event-stream' }, body: endless() }), { timeout: 0 }),
          ),
      }),
    }),
  },
});
const clock = new TestClock();
let site: ASite;

beforeAll(async () => {
  site = await ASite.start({ 'auth.providers': [{ type: 'builtin', allowSignup: true }] }, { clock, more: [streamer] });
  await site.kernel.service(core.storage, 'sign-in').query('INSERT INTO initialized DEFAULT VALUES');
});

it('a stream ends within seconds of the session by which it is read', async () => {
  const { browser } = await site.aPerson();
  const cookie = `sgs=${browser.cookies.get('sgs')}`;
  const response = await site.kernel.fetch('/-/endless', { headers: { cookie } });
  const reader = response.body!.getReader();
  expect(new TextDecoder().decode((await reader.read()).value)).toBe('data: first\n\n');
  await browser.post('/-/sign-out');
  await clock.advance(5_000);
  expect((await reader.read()).done).toBe(true);
});
