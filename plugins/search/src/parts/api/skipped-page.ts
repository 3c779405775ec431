import type { Visibility } from '@sextant/plugin-code-host/api';
import { seesWhole } from '../../answer/viewer.js';
import type { IndexedRepository, SearchEngine } from '../../engine/contract.js';

type Request = Parameters<SearchEngine['skippedFiles']>[0];
type SkippedFile = Awaited<ReturnType<SearchEngine['skippedFiles']>>[number];

const LOOKED_AT_ONCE = 1_000;

/** The most frequent first. */
export function byReason(skipped: IndexedRepository['skippedFiles']): readonly { readonly reason: string; readonly count: number }[] {
  return Object.entries(skipped)
    .map(([reason, count]) => ({ reason, count }))
    .sort((a, b) => b.count - a.count || (a.reason < b.reason ? -1 : 1));
}

/** A page of the files that the asker may see: one that is hidden takes no place in it. */
export async function skippedPage(
  { engine }: { readonly engine: Pick<SearchEngine, 'skippedFiles'> },
  visibility: Visibility,
  request: Request,
): Promise<readonly SkippedFile[]> {
  if (seesWhole(visibility, request.repository)) return engine.skippedFiles(request);
  const seen: SkippedFile[] = [];
  for (let offset = 0; seen.length < request.offset + request.limit; offset += LOOKED_AT_ONCE) {
    const files = await engine.skippedFiles({ ...request, limit: LOOKED_AT_ONCE, offset });
    seen.push(...files.filter(({ path }) => visibility.canSee(request.repository, path)));
    if (files.length < LOOKED_AT_ONCE) break;
  }
  return seen.slice(request.offset, request.offset + request.limit);
}
