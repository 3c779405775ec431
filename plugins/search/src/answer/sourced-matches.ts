import type { Repository } from '@sextant/plugin-code-host/api';
import type { Actor } from '@sextant/sdk';
import type { ResultSource, SearchMatch, SourcedMatch } from '../api.js';
import type { DocExpr } from '../engine/contract.js';
import { askPlugin } from './ask-plugin.js';
import type { Matches, SearchRun } from './search-run.js';
import { TextJudge, TextLines } from './text-judge.js';
import { baseOf } from './to-match.js';

/** Results that a plugin finds. The wall is asked of each before it is sent, as of all others. */
export async function* sourcedMatches(
  run: SearchRun,
  source: ResultSource,
  expr: DocExpr,
  repositories: readonly Repository[],
  actor: Actor,
): Matches {
  if (repositories.length === 0) return;
  const byId = new Map(repositories.map((repository) => [repository.id, repository]));
  const judge = new TextJudge(expr);
  const what = `type:${source.type}`;
  const found = await askPlugin(run, what, (signal) =>
    source
      .find({
        repositories: repositories.map(({ id, name }) => ({ id, name })),
        fits: (text, about) => judge.judge(TextLines.of(text), about),
        actor,
        limit: run.remaining(),
        signal,
      })
      [Symbol.asyncIterator](),
  );
  try {
    while (found) {
      if (run.remaining() <= 0) return void run.tally.leaveOut('capped', run.capped());
      const next = await askPlugin(run, what, () => found.next());
      if (!next || next.done) return;
      yield next.value.flatMap((sourced) => {
        const repository = byId.get(sourced.repositoryId);
        return repository ? [toMatch(run, source, repository, sourced)] : [];
      });
    }
  } finally {
    // It may never end: nobody waits for that.
    found?.return?.().catch(() => undefined);
  }
}

function toMatch(run: SearchRun, { type }: ResultSource, repository: Repository, { commit, freshness, match }: SourcedMatch): SearchMatch {
  const base = baseOf(repository, run.mirrors.get(repository.id), { branches: [], commit });
  return { ...base, ...(freshness ? { freshness } : {}), source: type, ...match };
}
