import type { Failure, MatrixResult } from './matrix.js';
import type { Asker, Row } from './row.js';
import { marksOf } from './target.js';
import { grantTo, type World } from './world/a-world.js';

/** Seconds after which whatever is open has heard of it. */
const HEARD_AFTER = 5_000;
const TRIES = 5;

/**
 * Takes a grant away while answers are on their way: at each step that a row says it may be held at. What comes after that says nothing of the repository:
 * the stream filters, or ends.
 */
export async function askWhileRevoked(rows: readonly Row[], world: World): Promise<MatrixResult> {
  let cells = 0;
  const failures: Failure[] = [];
  for (const row of rows) {
    const { held } = row;
    if (!held) continue;
    grantTo(world, 'revoked', ['amber']);
    const { steps } = await world.steps.of(world.askers.revoked.actorId, () => row.ask(world.askers.revoked, world.repositories.amber));
    for (const step of new Set(steps.filter((one) => held.test(one)))) {
      cells++;
      let told = await whatIsTold(row, step, world);
      // What was sent before and is still between the two is taken for late.
      for (let tries = 1; told !== undefined && tries < TRIES; tries++) told = await whatIsTold(row, step, world);
      if (told !== undefined)
        failures.push({
          row: row.name,
          asker: 'revoked',
          target: 'amber',
          problem: 'reveals',
          detail: `held at ${step}: ${told.slice(0, 600)}`,
        });
    }
  }
  grantTo(world, 'revoked', []);
  return { cells, failures };
}

/** What is told after the grant is gone; undefined: nothing. */
async function whatIsTold(row: Row, step: string, { askers, repositories, steps, clock, ...world }: World): Promise<string | undefined> {
  const { revoked } = askers;
  const target = repositories.amber;
  const grant = (keys: readonly 'amber'[]): void => grantTo({ ...world, repositories }, 'revoked', keys);
  grant(['amber']);
  const heard = { body: '' };
  const hold = steps.hold(revoked.actorId, step);
  const answer = row.ask(listening(revoked, heard), target);
  await Promise.race([hold.reached, answer]);
  grant([]);
  clock.shift(HEARD_AFTER);
  const before = heard.body.length;
  hold.release();
  await answer;
  const after = heard.body.slice(before);
  const question = row.question?.(target) ?? '';
  return marksOf(target).some((mark) => after.includes(mark) && !question.includes(mark)) ? after : undefined;
}

/** Hears what comes as it comes. An answer that is cut off is over. */
const listening = (asker: Asker, heard: { body: string }): Asker => ({
  ...asker,
  fetch: async (path, init) => {
    const response = await asker.open(path, init);
    try {
      for await (const part of response.body ?? []) heard.body += Buffer.from(part).toString('latin1');
    } catch {
      heard.body += '<cut off>';
    }
    return { status: response.status, headers: {}, body: heard.body };
  },
});
