import { quietly } from '../harness/descendants.mjs';

/** Ends all of them at once, without a chance to clean up. @param {number[]} pids */
export function killAll(pids) {
  for (const pid of pids) quietly(() => process.kill(pid, 'SIGKILL'));
}
