import { type Actor, type Contribution, errorCode, type Logger, RepoName } from '@sextant/sdk';
import type { FreshnessSource, FreshnessStep, Repositories, Repository } from '../api.js';
import type { NearestNames } from './nearest-names.js';
import type { WhyAbsent } from './why-absent.js';

/**
 * `fresh`: every step is done. `updating`: none fails, and one is still to come. `stale`: one fails, or nobody knows. For site admins alone: `excluded` by a
 * connection, `deleted` and not yet purged. For others these are `unknown`, as what they may not see is.
 */
export type FreshnessVerdict = 'fresh' | 'updating' | 'stale' | 'excluded' | 'deleted' | 'unknown';

export interface FreshnessReport {
  /** As it is called now, or as it was asked for. */
  readonly name: string;
  readonly verdict: FreshnessVerdict;
  readonly summary: string;
  readonly fix: string | undefined;
  readonly repository: Repository | undefined;
  readonly steps: readonly FreshnessStep[];
  /** Names that are like one that is unknown, the most alike first. */
  readonly nearest: readonly string[];
}

interface ReportParts {
  readonly repositories: Pick<Repositories, 'byName'>;
  readonly sources: readonly Contribution<FreshnessSource>[];
  readonly absent: WhyAbsent;
  readonly nearest: NearestNames;
}

interface Asker {
  readonly actor: Actor;
  readonly signal: AbortSignal;
  readonly log: Logger;
}

const PATIENCE = 10_000;

/** Why a repository is as old as it is, from its code host to the index. */
export class FreshnessReports {
  constructor(private readonly parts: ReportParts) {}

  /** @throws SEXTANT_VALUE_REPOSITORY_NAME */
  async byName(name: string, asker: Asker): Promise<FreshnessReport> {
    const parsed = RepoName.parse(name);
    const repository = await this.parts.repositories.byName(asker.actor, parsed);
    if (repository) return this.of(repository, asker);
    const nothing = { name, fix: undefined, repository: undefined, steps: [], nearest: [] };
    const absent = asker.actor.siteAdmin ? await this.parts.absent.reason(asker.actor, parsed) : undefined;
    if (absent) return { ...nothing, ...absent };
    const nearest = await this.parts.nearest.to(asker.actor, name);
    return { ...nothing, verdict: 'unknown', summary: `There is no repository ${name} that you may see.`, nearest };
  }

  async of(repository: Repository, asker: Asker): Promise<FreshnessReport> {
    const sources = [...this.parts.sources].sort((a, b) => a.value.position - b.value.position);
    const steps = (await Promise.all(sources.map((source) => ask(source, repository, asker)))).flat();
    const shown = asker.actor.siteAdmin ? steps : steps.map(withoutDetail);
    return { name: repository.name, repository, nearest: [], steps: shown, ...verdictOf(shown) };
  }
}

async function ask(
  { plugin, value }: Contribution<FreshnessSource>,
  repository: Repository,
  asker: Asker,
): Promise<readonly FreshnessStep[]> {
  const signal = AbortSignal.any([asker.signal, AbortSignal.timeout(PATIENCE)]);
  const late = new Promise<never>((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true }));
  try {
    return (await Promise.race([value.steps(repository, { signal }), late])).map(explained);
  } catch (error) {
    asker.signal.throwIfAborted();
    asker.log.warn('a part of why a repository is stale could not be told', { source: plugin, repositoryId: repository.id, error });
    return [explained({ name: plugin, state: 'unknown', code: 'SEXTANT_CODE_HOST_FRESHNESS_UNKNOWN' })];
  }
}

/** What an error says itself may name what not everybody may know: the table's sentence is for all. */
function explained(step: FreshnessStep): FreshnessStep {
  const entry = step.code === undefined ? undefined : errorCode(step.code);
  return entry ? { ...step, cause: step.cause ?? entry.summary, fix: step.fix ?? entry.fix } : step;
}

const withoutDetail = ({ detail: _detail, fix: _fix, ...step }: FreshnessStep): FreshnessStep => step;

function verdictOf(steps: readonly FreshnessStep[]): Pick<FreshnessReport, 'verdict' | 'summary' | 'fix'> {
  const bad = steps.find(({ state }) => state === 'failing') ?? steps.find(({ state }) => state === 'unknown');
  if (bad) return { verdict: 'stale', summary: `${bad.name}: ${bad.cause ?? 'It fails, and does not say why.'}`, fix: bad.fix };
  const open = steps.find(({ state }) => state !== 'ok');
  if (open) return { verdict: 'updating', summary: `${open.name}: ${open.cause ?? 'It is under way.'}`, fix: undefined };
  const last = steps.findLast(({ commit }) => commit !== undefined);
  const seen = steps.findLast(({ name, lastSuccess }) => name === 'fetch' && lastSuccess !== undefined)?.lastSuccess;
  const whereTo = last?.commit === undefined ? '' : `: ${last.name} has ${last.commit.slice(0, 12)}, the head`;
  return {
    verdict: 'fresh',
    summary: `Nothing is stale${whereTo}${seen === undefined ? '' : `${whereTo === '' ? ':' : ','} seen at ${seen.toISOString()}`}.`,
    fix: undefined,
  };
}
