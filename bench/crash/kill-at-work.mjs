import { until } from '../harness/measure.mjs';
import { afterKill } from './after-kill.mjs';
import { answersOf } from './answers.mjs';

/** How long after a phase was seen it may be killed at most, milliseconds. */
const WITHIN = { clone: 250, fetch: 60, index: 400, compaction: 80, sync: 50, idle: 1_000 };
/** When several are under way, the rarer names the kill. */
const RARE_FIRST = ['compaction', 'index', 'clone', 'fetch', 'sync'];

const CHANGES = {
  clone: (upstream) => void upstream.add(),
  fetch: (upstream) => {
    for (const name of upstream.names) upstream.change(name, 0.02);
  },
  index: (upstream, random) => {
    for (let i = 0; i < 3; i++) upstream.change(random.pick(upstream.names), 0.15);
  },
  compaction: (upstream, random) => upstream.change(random.pick(upstream.names), 0.5),
  idle: () => undefined,
};

/** Changes the repositories upstream, waits until the victim is at the wanted work, and kills it there. @returns what was under way, and how it came back. */
export async function killAtWork({ target, upstream, victim, twin, random }) {
  CHANGES[target](upstream, random);
  const heads = upstream.heads();
  const phases = () => victim.phases().catch(() => new Set());
  if (target !== 'idle') await until(async () => (await phases()).has(target), target, 15_000, 5).catch(() => undefined);
  await new Promise((resolve) => setTimeout(resolve, random.next() * WITHIN[target]));
  const under = await phases();
  const whole = random.next() < 0.7;
  await victim.kill({ whole });
  const phase = under.has(target) ? target : (RARE_FIRST.find((name) => under.has(name)) ?? 'idle');
  await twin.settled(heads);
  const expected = await answersOf(twin.url);
  if (expected.incomplete.length > 0) throw new Error(`The undisturbed installation does not answer in full: ${expected.incomplete[0]}`);
  return { target, phase, whole, ...(await afterKill(victim, { heads, expected })) };
}
