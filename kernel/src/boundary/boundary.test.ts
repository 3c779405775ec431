import { describe, expect, it } from 'vitest';
import { Boundary } from './boundary.js';

const JOB = { plugin: 'git', kind: 'job', name: 'git.do-it' } as const;

function aBoundary() {
  const blamed: unknown[] = [];
  return { blamed, boundary: new Boundary({ allows: () => true, failed: (_entry, error) => void blamed.push(error) }) };
}
const untilAborted = (signal: AbortSignal) =>
  new Promise<never>((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true }));

describe('an error that is counted against a plugin', () => {
  it.each([0, 60_000])('is not the reason for which its caller has stopped it (deadline: %i)', async (deadline) => {
    const { blamed, boundary } = aBoundary();
    const controller = new AbortController();
    const run = boundary.run(JOB, { deadline, signal: controller.signal }, untilAborted);
    controller.abort(new Error('the worker stops'));
    await expect(run).rejects.toThrow('the worker stops');
    expect(blamed).toEqual([]);
  });

  it('is one that it makes of being stopped', async () => {
    const { blamed, boundary } = aBoundary();
    const controller = new AbortController();
    const run = boundary.run(JOB, { deadline: 0, signal: controller.signal }, async (signal) => {
      await untilAborted(signal).catch(() => undefined);
      throw new Error('cannot clean up');
    });
    controller.abort(new Error('the worker stops'));
    await expect(run).rejects.toThrow('cannot clean up');
    expect(blamed).toHaveLength(1);
  });

  it('is a deadline that it does not keep, once', async () => {
    const { blamed, boundary } = aBoundary();
    await expect(boundary.run(JOB, { deadline: 1 }, untilAborted)).rejects.toMatchObject({ code: 'SEXTANT_PLUGIN_DEADLINE' });
    expect(blamed).toMatchObject([{ code: 'SEXTANT_PLUGIN_DEADLINE' }]);
  });
});
