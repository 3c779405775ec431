import type { Repositories, Repository } from '@sextant/plugin-code-host/api';
import type { MirrorState, Mirrors } from '@sextant/plugin-git/api';
import type { Actor } from '@sextant/sdk';
import { compileQuery } from '../engine/compiled-query.js';
import type { EngineExplanation } from '../engine/contract.js';
import { contentRead, isLaborious } from '../engine/laborious.js';
import type { EstimatedCost, ExplainedSource, SearchExplanation } from '../explanation.js';
import type { PlanAlternative, SearchPlan } from '../query/plan.js';
import { heldOf, isCloned, withHistory } from './alternative-matches.js';
import { plural } from './plural.js';
import { withProvidedFiles } from './provided-files.js';
import { commitScopes, type ResolvedRevisions, resolveRevisions } from './resolve-revisions.js';
import { resolveScope } from './resolve-scope.js';
import { scopeServices } from './scope-services.js';
import { failed, type SearchRun, wantedOf } from './search-run.js';
import type { Viewer } from './viewer.js';

export const MAX_SOURCES = 100;

interface ExplainDeps {
  readonly visible: readonly Repository[];
  readonly actor: Actor;
  readonly repositories: Repositories;
  readonly mirrors: Pick<Mirrors, 'states'>;
  readonly states: Map<number, MirrorState>;
}

interface NamedSource extends ExplainedSource {
  readonly id: number;
}

/**
 * Finds out where a plan would look. Conditions on repositories are tested, since the rest depends on them; no file is searched for the query.
 * @returns the explanation for somebody who sees these repositories at the moment of telling
 */
export async function explainWork(
  run: SearchRun,
  plan: SearchPlan,
  deps: ExplainDeps,
): Promise<(viewer: Pick<Viewer, 'sees' | 'seesWhole'>) => Omit<SearchExplanation, 'query'>> {
  const parts: {
    readonly alternative: PlanAlternative;
    readonly scope: readonly Repository[];
    readonly sources: readonly NamedSource[];
  }[] = [];
  for (const alternative of plan.alternatives) {
    const { repositories: scope } = await resolveScope(
      alternative.repositories,
      deps.visible,
      deps.actor,
      scopeServices(run, deps.repositories),
    );
    for (const [id, state] of await deps.mirrors.states(scope.map(({ id }) => id))) deps.states.set(id, state);
    const expr = await withProvidedFiles(run, alternative, scope, deps.actor);
    parts.push({ alternative: { ...alternative, expr }, scope, sources: await sourcesOf(run, alternative, scope) });
  }
  return (viewer) => {
    const { sees } = viewer;
    const seen = parts.map((part) => ({
      ...part,
      scope: part.scope.filter(({ id }) => sees(id)),
      sources: part.sources.filter(({ id }) => sees(id)).map((source) => (viewer.seesWhole(source.id) ? source : withoutSize(source))),
    }));
    return {
      work: seen.map(({ alternative, scope, sources }) => ({
        kinds: [...alternative.kinds, ...alternative.sources],
        repositories: scope.length,
        sources: sources.slice(0, MAX_SOURCES).map(({ id: _, ...source }) => source),
        moreSources: Math.max(0, sources.length - MAX_SOURCES),
      })),
      cost: costOf(seen),
      verdict: run.tally.verdict(sees),
    };
  };
}

const withoutSize = ({ shards: _, ...source }: NamedSource): NamedSource => source;

async function sourcesOf(run: SearchRun, alternative: PlanAlternative, scope: readonly Repository[]): Promise<NamedSource[]> {
  const { kinds, commits, index } = alternative;
  const { revisions } = alternative.repositories;
  const sources: NamedSource[] = [];
  if (commits) {
    const scopes = await commitScopes(run, revisions, withHistory(run, commits, scope));
    for (const { repository, from } of scopes)
      sources.push(...from.map((commit) => ({ id: repository.id, repository: repository.name, commit, by: 'commits' as const })));
  }
  if (!wantedOf(kinds)) return sources;
  const held = await heldOf(run, scope);
  const among = revisions.length === 0 && index !== 'no' ? scope : scope.filter((r) => isCloned(run, r));
  const resolved = await resolveRevisions(run, revisions, among, index, held);
  sources.push(...(await indexedSources(run, alternative, resolved)));
  const why = index === 'no' ? 'index:no' : 'the index does not hold this revision';
  for (const { repository, revision, commit } of resolved.unindexed)
    sources.push({ id: repository.id, repository: repository.name, revision, commit, by: 'files', why });
  return sources;
}

async function indexedSources(run: SearchRun, { index }: PlanAlternative, { indexed }: ResolvedRevisions): Promise<NamedSource[]> {
  if (indexed.length === 0) return [];
  const repositories = indexed.map(({ repository, branch }) => ({ id: repository.id, ...(branch === undefined ? {} : { branch }) }));
  let plan: EngineExplanation;
  try {
    plan = await run.engine.explain({ scope: { repositories }, signal: run.signal });
  } catch (error) {
    failed(run, error, 'A search node does not say what it holds');
    return [];
  }
  const shards = new Map(plan.repositories.map((planned) => [planned.repository, planned.shards]));
  const unheld = new Set(plan.notIndexed);
  const unanswered = new Set(plan.unanswered);
  for (const { repository } of plan.degraded) {
    const named = indexed.find((scope) => scope.repository.id === repository)?.repository;
    run.tally.leaveOut('degraded', 'A part of the index is damaged and is built anew', named ? { repository: named } : {});
  }
  return indexed.flatMap(({ repository, branch }): NamedSource[] => {
    const { id, name } = repository;
    if (unanswered.has(id)) {
      run.tally.leaveOut('shard-missing', 'A search node does not answer', { repository });
      return [];
    }
    const source = { id, repository: name, ...(branch === undefined ? {} : { revision: branch }) };
    if (!unheld.has(id)) return [{ ...source, by: 'index', shards: shards.get(id) ?? [] }];
    if (index !== 'only') return isCloned(run, repository) ? [{ ...source, by: 'files', why: 'there is no index yet' }] : [];
    run.tally.leaveOut('not-indexed', 'There is no index yet', { repository });
    return [];
  });
}

function costOf(parts: readonly { readonly alternative: PlanAlternative; readonly sources: readonly ExplainedSource[] }[]): EstimatedCost {
  const order = ['names', 'candidates', 'everything'] as const;
  let reads = 0;
  let laborious = false;
  for (const { alternative, sources } of parts) {
    if (!wantedOf(alternative.kinds)) continue;
    const query = compileQuery(alternative.expr);
    laborious ||= isLaborious(query);
    if (sources.some(({ by }) => by === 'index')) reads = Math.max(reads, order.indexOf(contentRead(query)));
  }
  const sources = parts.flatMap((part) => part.sources);
  const shards = new Map(sources.flatMap((source) => source.shards ?? []).map((shard) => [shard.shard, shard]));
  const total = (value: (shard: { documents: number; contentBytes: number }) => number) =>
    [...shards.values()].reduce((sum, shard) => sum + value(shard), 0);
  const cost = {
    shards: shards.size,
    documents: total(({ documents }) => documents),
    contentBytes: total(({ contentBytes }) => contentBytes),
    reads: order[reads]!,
    unindexedRevisions: sources.filter(({ by }) => by === 'files').length,
    histories: sources.filter(({ by }) => by === 'commits').length,
    laborious,
  };
  const unsized = sources.filter(({ by, shards }) => by === 'index' && shards === undefined).length;
  return { ...cost, words: inWords({ ...cost, unsized }) };
}

function inWords({
  shards,
  documents,
  contentBytes,
  reads,
  unindexedRevisions,
  histories,
  laborious,
  unsized,
}: Omit<EstimatedCost, 'words'> & { readonly unsized: number }): string {
  const held = `${plural(documents, 'file', 'files')} (${(contentBytes / 1e6).toLocaleString('en', { maximumFractionDigits: 1 })} MB)`;
  const how = {
    names: `the names of ${held}`,
    candidates: `those of ${held} that the index points at`,
    everything: `every one of ${held}`,
  }[reads];
  return (
    [
      ...(shards > 0 ? [`reads ${how} in ${plural(shards, 'shard', 'shards')}`] : []),
      ...(unsized > 0 ? [`reads what you may see of ${plural(unsized, 'repository', 'repositories')}`] : []),
      ...(unindexedRevisions > 0 ? [`reads all files of ${plural(unindexedRevisions, 'revision', 'revisions')} from git`] : []),
      ...(histories > 0 ? [`reads ${plural(histories, 'history', 'histories')}`] : []),
      ...(laborious ? ['takes long, and gives way to other searches'] : []),
    ].join('; ') || 'reads no files'
  );
}
