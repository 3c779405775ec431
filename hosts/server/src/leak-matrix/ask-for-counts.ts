import type { Failure, MatrixResult } from './matrix.js';
import type { Asker, Row } from './row.js';
import type { Target } from './target.js';

/** Whether what rows count is what the asker may see, by the model. */
export async function askForCounts(
  rows: readonly Row[],
  askers: readonly Asker[],
  all: readonly Target[],
  may: (asker: Asker, target: Target) => boolean,
): Promise<MatrixResult> {
  let cells = 0;
  const failures: Failure[] = [];
  for (const row of rows) {
    for (const asker of askers) {
      const visible = all.filter((target) => !target.isDeleted && may(asker, target));
      const [about] = visible;
      if (!row.agrees || !about || (row.forAdmins && !asker.siteAdmin)) continue;
      cells++;
      const answer = await row.ask(asker, about);
      if (row.agrees(answer, visible)) continue;
      failures.push({
        row: row.name,
        asker: asker.name,
        target: `all ${visible.length}`,
        problem: 'differs',
        detail: answer.body.slice(0, 600),
      });
    }
  }
  return { cells, failures };
}
