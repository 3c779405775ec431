import { failed } from '../answer/search-run.js';
import type { Candidate } from './candidate.js';
import { nameRanker, typedText } from './name-ranker.js';
import { type SuggestionRun, TIME_UP, weightOf } from './suggestion-run.js';

/** git is asked for each. */
const MAX_REPOSITORIES = 3;
const MAX_REFS = 200;

/** Branches and tags of the repositories that the query names. @param named a pattern that stands before them */
export async function revisionSuggestions(run: SuggestionRun, typed: string, named: string | undefined): Promise<readonly Candidate[]> {
  const ranker = nameRanker(typedText(typed));
  const scopes = run.scopes.filter((scope) => named !== undefined || scope.repositories.include.length > 0);
  const repositories = (
    await Promise.all(scopes.map((scope) => run.resolve(scope, { all: false, ...(named === undefined ? {} : { named }) })))
  ).flat();
  if (repositories.length > MAX_REPOSITORIES)
    run.tally.leaveOut('capped', `Only the revisions of ${MAX_REPOSITORIES} repositories were looked at; name one`);
  const found = await Promise.all(
    repositories.slice(0, MAX_REPOSITORIES).map(async (repository): Promise<readonly Candidate[]> => {
      try {
        const refs = await run.git.refs({
          repository: repository.name,
          limit: MAX_REFS,
          ...(typed === '' ? {} : { query: typed }),
          signal: run.deadline,
        });
        if (refs.length === MAX_REFS) run.tally.leaveOut('capped', `Only ${MAX_REFS} revisions were looked at`, { repository });
        return refs.flatMap(({ shortName, name, type }): readonly Candidate[] => {
          const label = type === 'other' ? name : shortName;
          const fit = ranker(label);
          if (fit === undefined || /[\s:()"'\\]/.test(label)) return [];
          const of = { repositoryId: repository.id };
          return [
            { kind: 'revision', label, detail: `${type} · ${repository.name}`, insertText: label, fit, weight: weightOf(repository), of },
          ];
        });
      } catch (error) {
        if (run.deadline.aborted && !run.signal.aborted) run.tally.leaveOut('timed-out', TIME_UP, { repository });
        else failed(run, error, 'The revisions could not be looked up', repository);
        return [];
      }
    }),
  );
  return found.flat();
}
