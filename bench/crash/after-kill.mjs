import { until } from '../harness/measure.mjs';
import { answersOf } from './answers.mjs';
import { leftovers } from './leftovers.mjs';

/**
 * Starts a killed installation again and judges it against one that was never disturbed.
 * @param {import('./installation.mjs').Installation} victim
 * @param {{heads: Map<string, string>, expected: {sha256: string}}} truth
 */
export async function afterKill(victim, { heads, expected }) {
  victim.spawn();
  const readyAfter = await victim.ready();
  const begun = performance.now();
  await victim.settled(heads);
  const settledAfter = performance.now() - begun;
  const answers = await answersOf(victim.url);
  const look = () => leftovers(victim.dataDir, { temporary: victim.temporary, repositories: [...heads.keys()] });
  // A scheduled fetch may hold its lock at this moment: what is left over stays.
  await until(() => look().length === 0, 'the sweep', 20_000, 250).catch(() => undefined);
  return { readyAfter, settledAfter, same: answers.sha256 === expected.sha256, incomplete: answers.incomplete, leftovers: look() };
}
