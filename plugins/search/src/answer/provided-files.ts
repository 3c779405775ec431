import type { Repository } from '@sextant/plugin-code-host/api';
import type { Actor } from '@sextant/sdk';
import type { DocExpr } from '../engine/contract.js';
import type { PlanAlternative } from '../query/plan.js';
import { parseRegex } from '../regex/parse-regex.js';
import { askPlugin } from './ask-plugin.js';
import type { SearchRun } from './search-run.js';

const MAX_PATTERNS = 1_000;
const NOTHING: DocExpr = { op: 'const', value: false };

/** The condition of an alternative, with what plugins say of the files in its repositories. */
export async function withProvidedFiles(
  run: Pick<SearchRun, 'tally' | 'log' | 'signal' | 'timeLeft' | 'provided'>,
  { expr, files }: Pick<PlanAlternative, 'expr' | 'files'>,
  repositories: readonly Repository[],
  actor: Actor,
): Promise<DocExpr> {
  if (files.length === 0 || repositories.length === 0) return expr;
  const scoped = repositories.map(({ id, name }) => ({ id, name }));
  const conditions = await Promise.all(
    files.map(async ({ called, argument, negated }): Promise<DocExpr> => {
      const predicate = run.provided.filePredicate(called);
      const paths = await askPlugin(run, `file:${called}()`, async (signal) =>
        checked(await predicate?.paths(argument, scoped, { actor, signal })),
      );
      // Not known of any file: neither it nor its opposite holds.
      if (!paths) return NOTHING;
      const condition = conditionOf(paths);
      return negated ? { op: 'not', of: condition } : condition;
    }),
  );
  return { op: 'and', of: [expr, ...conditions] };
}

/** @throws when it is not what the contract says */
function checked(paths: ReadonlyMap<number, readonly string[]> | undefined): ReadonlyMap<number, readonly string[]> {
  if (!(paths instanceof Map)) throw new TypeError('The predicate answered with something that is not a Map');
  const patterns = new Set([...paths.values()].flat());
  if (patterns.size > MAX_PATTERNS) throw new TypeError(`The predicate answered with more than ${MAX_PATTERNS} patterns`);
  for (const pattern of patterns)
    if (typeof pattern !== 'string' || !parseRegex(pattern, { caseSensitive: true }).ok)
      throw new TypeError(`The predicate answered with a pattern that is not RE2: ${pattern}`);
  return paths;
}

/** Repositories with equal patterns share a condition. */
function conditionOf(paths: ReadonlyMap<number, readonly string[]>): DocExpr {
  const alike = Map.groupBy(
    [...paths].filter(([, patterns]) => patterns.length > 0),
    ([, patterns]) => JSON.stringify(patterns),
  );
  const of = [...alike.values()].map((group): DocExpr => {
    const sources = group[0]?.[1] ?? [];
    const any = sources.map((source): DocExpr => ({ op: 'path', pattern: { kind: 'regexp', source, caseSensitive: true } }));
    return {
      op: 'and',
      of: [
        { op: 'repository', ids: group.map(([id]) => id) },
        { op: 'or', of: any },
      ],
    };
  });
  return of.length === 0 ? NOTHING : { op: 'or', of };
}
