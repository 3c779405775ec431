import type { EngineSummary, IndexedRepository } from '../engine/contract.js';
import type { SearchRun } from './search-run.js';

const PAGE = 1_000;
const NONE: EngineSummary['skippedFiles'] = {};

/**
 * How many files in scope are known by path only, by reason, without those that the asker may not see: the index counts them all.
 * @param total what the index has counted
 */
export async function visibleSkipped(
  run: Pick<SearchRun, 'engine' | 'sees' | 'seesWhole' | 'signal' | 'timeLeft'>,
  repositories: readonly number[],
  held: ReadonlyMap<number, IndexedRepository>,
  total: EngineSummary['skippedFiles'],
): Promise<EngineSummary['skippedFiles']> {
  if (Object.keys(total).length === 0 || repositories.every((id) => run.seesWhole(id))) return total;
  const counts: Record<string, number> = {};
  const add = (reason: string, count: number): void => {
    counts[reason] = (counts[reason] ?? 0) + count;
  };
  for (const id of repositories) {
    const skipped = held.get(id)?.skippedFiles ?? NONE;
    if (Object.keys(skipped).length === 0) continue;
    if (run.seesWhole(id)) for (const [reason, count] of Object.entries(skipped)) add(reason, count);
    else await eachSkipped(run, id, add);
  }
  return counts;
}

async function eachSkipped(
  { engine, sees, signal, timeLeft }: Pick<SearchRun, 'engine' | 'sees' | 'signal' | 'timeLeft'>,
  repository: number,
  add: (reason: string, count: number) => void,
): Promise<void> {
  for (let offset = 0; timeLeft() > 0; offset += PAGE) {
    const files = await engine.skippedFiles({ repository, limit: PAGE, offset, signal });
    for (const { path, reason } of files) if (sees(repository, path)) add(reason, 1);
    if (files.length < PAGE) return;
  }
}
