import type { SystemCheck } from '@sextant/plugin-site/api';
import { gitProblem, isKnownToBeUnsafe } from '../process/git-version.js';

/** The git program, and the room for mirrors, of the process that has both. */
export const gitCheck = (parts: {
  readonly version: () => Promise<string>;
  readonly freeBytes: () => Promise<number | undefined>;
  readonly minFree: number;
}): SystemCheck => ({
  name: 'git',
  async run() {
    const [output, free] = await Promise.all([parts.version().catch(() => ''), parts.freeBytes()]);
    const problem = gitProblem(output);
    const version = output.trim();
    const room = free === undefined ? '' : `; ${(free / 1024 ** 3).toFixed(1)} GiB are free for mirrors`;
    if (problem) return [{ level: 'error', what: problem, fix: 'Install a newer git in the process with the role git.' }];
    if (free !== undefined && free < parts.minFree)
      return [{ level: 'error', what: 'Nothing is fetched: the disk of the mirrors is nearly full.', code: 'SEXTANT_GIT_DISK_FULL' }];
    if (isKnownToBeUnsafe(output))
      return [{ level: 'warning', what: `${version} has known holes in cloning${room}.`, fix: 'Upgrade to git 2.50.1 or newer.' }];
    return [{ level: 'ok', what: `${version}${room}.` }];
  },
});
