/** @param {number[]} samples */
export const median = (samples) => percentile(samples, 50);

/** By nearest rank. @param {number[]} samples @param {number} p 0–100 */
export function percentile(samples, p) {
  const sorted = [...samples].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil((p / 100) * sorted.length) - 1)] ?? Number.NaN;
}

/**
 * Runs every subject once a round, in an order that turns by one each round: what disturbs the machine for a while then
 * disturbs all of them, and none always runs first.
 * @template T @param {number} rounds @param {Record<string, (round: number) => Promise<T>>} subjects
 * @returns {Promise<Record<string, T[]>>} per subject, one sample a round
 */
export async function interleaved(rounds, subjects) {
  const names = Object.keys(subjects);
  const samples = Object.fromEntries(names.map((name) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (let i = 0; i < names.length; i++) {
      const name = names[(i + round) % names.length];
      samples[name].push(await subjects[name](round));
    }
  }
  return samples;
}

/** Milliseconds that the work takes. @param {() => unknown} work */
export async function timed(work) {
  const begun = performance.now();
  await work();
  return performance.now() - begun;
}

/** Asks again until it holds. @param {() => Promise<unknown>} holds @param {string} what @param {number} timeout milliseconds */
export async function until(holds, what, timeout = 120_000, every = 50) {
  const deadline = performance.now() + timeout;
  for (;;) {
    const value = await holds();
    if (value) return value;
    if (performance.now() > deadline) throw new Error(`Waited ${timeout} ms for ${what}.`);
    await new Promise((resolve) => setTimeout(resolve, every));
  }
}
