import type { Repositories, Repository } from '@sextant/plugin-code-host/api';
import type { Actor } from '@sextant/sdk';
import type { TextMatch } from '../query/ast.js';
import type { ProvidedPredicate, RepositoryPredicate, RepositoryScope } from '../query/plan.js';
import { compilePattern } from '../regex/pattern.js';

export interface ScopeServices {
  readonly repositories: Repositories;
  /** Which of these repositories have a file that fits. */
  hasFile(repositories: readonly Repository[], predicate: Extract<RepositoryPredicate, { name: 'has-file' }>): Promise<ReadonlySet<number>>;
  hasCommitAfter(repository: Repository, time: string): Promise<boolean>;
  /** Which of these a plugin's predicate chooses; undefined: it is not known. */
  chosen(predicate: ProvidedPredicate, repositories: readonly Repository[], actor: Actor): Promise<ReadonlySet<number> | undefined>;
}

export interface ResolvedScope {
  readonly repositories: readonly Repository[];
  /** Ids of what the query would have covered and its defaults leave out; an archived fork is in both. */
  readonly excluded: { readonly forks: readonly number[]; readonly archived: readonly number[] };
}

/** The repositories of one alternative, out of those the actor may see. */
export async function resolveScope(
  scope: RepositoryScope,
  visible: readonly Repository[],
  actor: Actor,
  services: ScopeServices,
): Promise<ResolvedScope> {
  const include = scope.include.map(nameTest);
  const exclude = scope.exclude.map(nameTest);
  const named = visible.filter(({ name }) => include.every((test) => test(name)) && !exclude.some((test) => test(name)));
  // A repository that is named exactly is meant, fork or not.
  const exact = scope.include.length > 0 && named.length === 1;
  const wanted = named.filter(
    (r) =>
      passes(scope.fork ?? (exact ? 'yes' : 'no'), r.fork) &&
      passes(scope.archived ?? (exact ? 'yes' : 'no'), r.archived) &&
      (scope.visibility === 'any' || r.private === (scope.visibility === 'private')),
  );
  const idsOf = (left: boolean, test: (r: Repository) => boolean): readonly number[] =>
    left && !exact ? named.filter(test).map(({ id }) => id) : [];
  const excluded = {
    forks: idsOf(scope.fork === undefined, (r) => r.fork),
    archived: idsOf(scope.archived === undefined, (r) => r.archived),
  };
  let kept = wanted;
  for (const { predicate, negated } of [...scope.predicates].sort((a, b) => COST[a.predicate.name] - COST[b.predicate.name])) {
    const holding = await holds(predicate, kept, actor, services);
    kept = holding ? kept.filter((r) => holding.has(r.id) !== negated) : [];
  }
  return { repositories: kept, excluded };
}

const COST: Readonly<Record<RepositoryPredicate['name'], number>> = {
  'has-description': 0,
  'has-topic': 0,
  'has-meta': 1,
  'has-file': 2,
  'has-commit-after': 3,
  provided: 4,
};
const MAX_AT_ONCE = 8;

async function holds(
  predicate: RepositoryPredicate,
  repositories: readonly Repository[],
  actor: Actor,
  services: ScopeServices,
): Promise<ReadonlySet<number> | undefined> {
  const idsOf = (test: (r: Repository) => boolean): ReadonlySet<number> => new Set(repositories.filter(test).map((r) => r.id));
  switch (predicate.name) {
    case 'has-description': {
      const test = nameTest(predicate.pattern);
      return idsOf((r) => test(r.description));
    }
    case 'has-topic':
      return idsOf((r) => r.topics.includes(predicate.topic));
    case 'has-meta': {
      const metadata = await services.repositories.metadata(
        actor,
        repositories.map((r) => r.id),
      );
      const key = textTest(predicate.key);
      const { value } = predicate;
      const matches =
        value === undefined
          ? () => true
          : value === null
            ? (v: string | null) => v === null
            : (
                (test) => (v: string | null) =>
                  v !== null && test(v)
              )(textTest(value));
      return idsOf((r) => (metadata.get(r.id) ?? []).some((pair) => key(pair.key) && matches(pair.value)));
    }
    case 'has-file':
      return services.hasFile(repositories, predicate);
    case 'provided':
      return services.chosen(predicate, repositories, actor);
    case 'has-commit-after': {
      const holding = new Set<number>();
      const waiting = [...repositories];
      const work = async (): Promise<void> => {
        for (let next = waiting.pop(); next; next = waiting.pop())
          if (await services.hasCommitAfter(next, predicate.time)) holding.add(next.id);
      };
      await Promise.all(Array.from({ length: MAX_AT_ONCE }, work));
      return holding;
    }
  }
}

const passes = (choice: 'yes' | 'no' | 'only', is: boolean): boolean => choice === 'yes' || (choice === 'only') === is;

/** RE2 over a name, without regard to case. */
function nameTest(pattern: string): (text: string) => boolean {
  const matcher = compilePattern({ kind: 'regexp', source: pattern, caseSensitive: false }).matcher();
  return (text) => {
    const bytes = Buffer.from(text);
    return matcher.find(bytes, 0, bytes.length) !== undefined;
  };
}

function textTest(match: TextMatch): (text: string) => boolean {
  return match.kind === 'exact' ? (text) => text === match.value : nameTest(match.value);
}
