import { type Failure, type MatrixResult, otherWork, type Place, type Question } from './matrix.js';
import type { Row } from './row.js';
import type { Target } from './target.js';

const TRIES = 3;

/**
 * Asks about the first of what each may not see, and about what never was, when nothing is kept of either: what is read of a hidden repository once, and
 * kept, is seen here. One question comes after the other, as what is kept is kept for all who ask.
 */
export async function askCold(rows: readonly Row[], questions: readonly Question[], { steps, clock }: Place): Promise<MatrixResult> {
  let cells = 0;
  const failures: Failure[] = [];
  for (const row of rows) {
    for (const { asker, targets, ghost, may } of questions) {
      const target = targets.find((one) => one.of === 'repository' && !may(asker, one));
      if (!target) continue;
      cells++;
      const stepsOf = async (about: Target): Promise<readonly string[]> => {
        clock.forgetWhatIsKept();
        // Several parts of one answer may find nothing kept, and each read it: how many do is chance.
        return clock.inOneMoment(async () => [...new Set((await steps.of(asker.actorId, () => row.ask(asker, about))).steps)]);
      };
      const compare = async (): Promise<string | undefined> => {
        const nothing = await stepsOf(ghost);
        return otherWork(await stepsOf(target), nothing);
      };
      let detail = await compare();
      for (let tries = 1; detail !== undefined && tries < TRIES; tries++) detail = await compare();
      if (detail !== undefined) failures.push({ row: row.name, asker: asker.name, target: target.key, problem: 'steps', detail });
    }
  }
  return { cells, failures };
}
