import type { Search, SearchAlert, SearchEvent, SearchFilter, SearchMatch, SearchProgress, SearchRequest, Verdict } from '../../api.js';

/** A whole answer, gathered from the stream of its events. */
export interface CollectedAnswer {
  readonly matches: readonly SearchMatch[];
  readonly progress: SearchProgress;
  readonly filters: readonly SearchFilter[];
  readonly alert: SearchAlert | undefined;
  readonly verdict: Verdict;
}

export async function collectAnswer(search: Search, request: SearchRequest): Promise<CollectedAnswer> {
  const matches: SearchMatch[] = [];
  let progress: SearchProgress = { done: true, matchCount: 0, durationMs: 0, repositoriesCount: 0, skipped: [] };
  let filters: readonly SearchFilter[] = [];
  let alert: SearchAlert | undefined;
  let verdict: Verdict = { exhaustive: false, reasons: [], words: 'The search ended early.' };
  const take = (event: SearchEvent): void => {
    if (event.type === 'matches') matches.push(...event.matches);
    else if (event.type === 'progress') progress = event.progress;
    else if (event.type === 'filters') filters = event.filters;
    else if (event.type === 'alert') alert ??= event.alert;
    else if (event.type === 'verdict') verdict = event.verdict;
  };
  for await (const event of search.search({ ...request, ordered: true })) take(event);
  return { matches, progress, filters, alert, verdict };
}
