import type { FieldName, FilterNode } from './ast.js';
import { parseTime } from './dates.js';
import type { RepositoryPredicate, RepositoryScope, YesNoOnly } from './plan.js';
import { parseRevisions, type Revision, splitRevisions } from './revisions.js';

/** The repositories and revisions that the filters of one alternative choose. */
export function repositoryScope(filters: readonly FilterNode[], now: Date): RepositoryScope {
  const value = (field: FieldName) => filters.find((filter) => filter.field === field)?.value;
  const fork = value('fork')?.toLowerCase() as YesNoOnly | undefined;
  const archived = value('archived')?.toLowerCase() as YesNoOnly | undefined;
  const context = value('context');
  const names = filters.filter((filter) => filter.field === 'repo' && filter.predicate === undefined);
  const patterns = (negated: boolean) =>
    names.filter((filter) => filter.negated === negated).map((filter) => splitRevisions(filter.value).pattern);
  return {
    include: patterns(false),
    exclude: patterns(true),
    revisions: revisionsOf(filters, names, now),
    predicates: filters.flatMap((filter) => {
      const predicate = repositoryPredicate(filter, now);
      return predicate === undefined ? [] : [{ predicate, negated: filter.negated }];
    }),
    visibility: (value('visibility')?.toLowerCase() ?? 'any') as 'any',
    ...(fork === undefined ? {} : { fork }),
    ...(archived === undefined ? {} : { archived }),
    ...(context === undefined ? {} : { context }),
  };
}

function revisionsOf(filters: readonly FilterNode[], names: readonly FilterNode[], now: Date): readonly Revision[] {
  const rev = filters.find((filter) => filter.field === 'rev');
  if (rev?.predicate?.name === 'rev.at.time') {
    return [{ kind: 'at-time', time: iso(rev.predicate.time, now), base: rev.predicate.base ?? 'HEAD' }];
  }
  const lists =
    rev === undefined
      ? names.filter((filter) => !filter.negated).map((filter) => splitRevisions(filter.value).revisions ?? '')
      : [rev.value];
  return lists.flatMap((list) => {
    const parsed = parseRevisions(list);
    return parsed.ok ? parsed.revisions : [];
  });
}

function repositoryPredicate(filter: FilterNode, now: Date): RepositoryPredicate | undefined {
  if (filter.field === 'repohasfile') return { name: 'has-file', path: filter.value };
  if (filter.field === 'repohascommitafter') return { name: 'has-commit-after', time: iso(filter.value, now) };
  const { predicate } = filter;
  switch (predicate?.name) {
    case 'repo.has.path':
      return { name: 'has-file', path: predicate.pattern };
    case 'repo.has.content':
      return { name: 'has-file', content: predicate.pattern };
    case 'repo.has.file': {
      const { path, content } = predicate;
      return { name: 'has-file', ...(path === undefined ? {} : { path }), ...(content === undefined ? {} : { content }) };
    }
    case 'repo.has.commit.after':
      return { name: 'has-commit-after', time: iso(predicate.time, now) };
    case 'repo.has.description':
      return { name: 'has-description', pattern: predicate.pattern };
    case 'repo.has.topic':
      return { name: 'has-topic', topic: predicate.topic };
    case 'repo.has.meta': {
      const { key, value } = predicate;
      return { name: 'has-meta', key, ...(value === undefined ? {} : { value }) };
    }
    case 'repo.provided':
      return { name: 'provided', called: predicate.called, argument: predicate.argument };
    default:
      return undefined;
  }
}

function iso(time: string, now: Date): string {
  return (parseTime(time, now) ?? now).toISOString();
}
