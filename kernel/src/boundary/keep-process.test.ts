import { afterEach, expect, it, vi } from 'vitest';
import { Boundary } from './boundary.js';
import { keepProcess } from './keep-process.js';

afterEach(() => vi.restoreAllMocks());

it('a plugin cannot end the process, also not later; who is no plugin can', async () => {
  const exit = vi.spyOn(process, 'exit').mockImplementation(() => undefined as never);
  const blamed: string[] = [];
  const boundary = new Boundary({ allows: () => true, failed: ({ plugin }) => void blamed.push(plugin) });
  const hook = { plugin: 'leaver', kind: 'hook', name: 'start (api)' } as const;
  {
    using _kept = keepProcess();
    expect(() => boundary.enter(hook, () => process.exit(0))).toThrow(
      expect.objectContaining({ code: 'SEXTANT_PLUGIN_EXIT', what: 'Plugin "leaver": hook "start (api)" called process.exit().' }),
    );
    await expect(
      boundary.enter(hook, async () => {
        await new Promise(setImmediate);
        process.exit(0);
      }),
    ).rejects.toMatchObject({ code: 'SEXTANT_PLUGIN_EXIT' });
    expect([exit.mock.calls, blamed]).toEqual([[], ['leaver', 'leaver']]);
    process.exit(3);
  }
  boundary.enter(hook, () => process.exit(4));
  expect(exit.mock.calls).toEqual([[3], [4]]);
});
