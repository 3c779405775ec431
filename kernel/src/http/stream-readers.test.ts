import { TestClock } from '@sextant/sdk/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { closeServers, ServerBench } from './a-server.js';

const CHECK = 4_000;
let clock: TestClock;
beforeEach(() => {
  clock = new TestClock();
});
afterEach(closeServers);

const endless = async function* () {
  for (let n = 0; ; n++) {
    yield `data: ${n}\n\n`;
    await new Promise((resolve) => setImmediate(resolve));
  }
};
const aServer = () =>
  new ServerBench({ readerCheck: CHECK, clock }).start((router) => {
    for (const type of ['text/event-stream', 'application/octet-stream'])
      router.get(`/${type}`, () => ({ headers: { 'content-type': type }, body: endless() }), { timeout: 0 });
  });

describe('an open stream', () => {
  it.each([
    ['text/event-stream', 'ends'],
    ['application/octet-stream', 'is cut, so that it does not look whole,'],
  ])('of %s %s when its reader’s credential is revoked', async (type, how) => {
    const bench = await aServer();
    const response = await bench.open(`/${type}`, { headers: { authorization: 'token user' } });
    let read = 0;
    const over = (async () => {
      for await (const _chunk of response) {
        if (++read !== 20) continue;
        bench.revoked.add('user');
        await clock.advance(CHECK);
      }
    })();
    if (how === 'ends') await over;
    else await expect(over).rejects.toThrow('aborted');
    expect(read).toBeGreaterThanOrEqual(20);
  });

  it('goes on while its reader may read it', async () => {
    const bench = await aServer();
    const response = await bench.open('/text/event-stream', { headers: { authorization: 'token user' } });
    let read = 0;
    for await (const _chunk of response) {
      await clock.advance(CHECK);
      if (++read === 60) break;
    }
    expect(read).toBe(60);
  });
});
