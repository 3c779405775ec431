import { fork } from 'node:child_process';
import { once } from 'node:events';
import { localPrograms } from '@sextant/kernel';
import type { Programs } from '@sextant/sdk';
import { LaunchedPrograms } from '../supervisor/launched-programs.js';
import type { LauncherAddress } from '../supervisor/launcher-protocol.js';

/**
 * Programs that are started from a small process, as the supervisor of an installation starts them: to start one from a process that holds a test runner and a
 * whole Sextant costs several times as much. Elsewhere than on Linux this process starts them, and an installation does the same.
 */
export async function launchedApart(): Promise<{ readonly programs: Programs; end(): Promise<void> }> {
  if (process.platform !== 'linux') return { programs: localPrograms, end: async () => undefined };
  const child = fork(new URL('./launcher-process.js', import.meta.url), { execArgv: [] });
  const [address] = (await once(child, 'message')) as [LauncherAddress];
  // It ends with this process, and does not keep it.
  child.unref();
  child.channel?.unref();
  const end = async (): Promise<void> => {
    const gone = once(child, 'exit');
    child.disconnect();
    await gone;
  };
  return { programs: new LaunchedPrograms(address), end };
}
