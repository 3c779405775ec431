import { type Actor, type Clock, type ConfigView, type Contribution, IdSet, SextantError } from '@sextant/sdk';
import type { Grants, PathRules, PermissionSource, Visibility, VisibilityService } from '../api.js';
import type { WallState } from './wall-state.js';

export interface WallConfig {
  readonly enforceForSiteAdmins: boolean;
  readonly openToAllUsers?: boolean | undefined;
  /** Milliseconds that a source has to answer in. */
  readonly permissionsTimeout: number;
}

export interface WallOptions {
  /** The sources there are now, with the plugins they are from. */
  readonly sources: () => readonly PluginSource[];
  readonly config: Pick<ConfigView<WallConfig>, 'get'>;
  readonly state: Pick<WallState, 'read' | 'remember'>;
  readonly clock: Pick<Clock, 'sleep'>;
  /** Told of a source that failed or was silent (see {@link isSilent}), and of one that answers again. */
  readonly sourceState: (source: string, failure: unknown | undefined) => void;
}

type PluginSource = Pick<Contribution<PermissionSource>, 'plugin' | 'value'>;

/** Bitmaps of 50,000 repositories: 6 KB each. */
const ACTORS_KEPT = 1_000;

/**
 * Decides who sees which repository: the one place. What no source grants is not visible; a source that fails grants nothing, and who asks is told so. While a
 * source is silent there is no answer, and after its time an error: nobody waits for ever, and nobody is answered as if it had nothing to grant.
 */
export class Wall implements VisibilityService {
  /** What each actor last saw: requests of one actor share it. */
  readonly #seen = new Map<string, Visibility>();

  constructor(private readonly options: WallOptions) {}

  async of(actor: Actor): Promise<Visibility> {
    const sources = this.options.sources();
    const names = sources.map(({ value }) => value.name);
    const { epoch: base, sources: known } = await this.options.state.read();
    if (names.some((name) => !known.includes(name))) await this.options.state.remember(names);
    const absent = known.filter((name) => !names.includes(name));
    const standing = this.#standing(actor, sources.length > 0, known.length > 0);
    if (standing === 'everything') return everything(`${base}.all`);
    if (standing === 'nothing') return grantedOnly(`${base}.none`, [], actor.kind === 'user' ? limitedBy(absent) : undefined);
    const answers = await Promise.all(sources.map((source) => this.#ask(source, actor)));
    const grants = answers.flatMap((answer) => answer.grants ?? []);
    const epoch = [base, ...answers.map((answer) => `${answer.source}=${answer.grants?.epoch ?? 'failed'}`)].join('.');
    if (grants.some((grant) => grant.all)) return everything(epoch);
    const failed = answers.filter((answer) => answer.grants === undefined).map((answer) => answer.source);
    const words = [limitedBy([...failed, ...absent]), ...grants.map((grant) => grant.limited)].filter((text) => text !== undefined);
    return this.#shared(actor, epoch, grants, words.length === 0 ? undefined : words.join(' '));
  }

  /** Joining and turning bitmaps into parameters is done once for each actor and epoch. */
  #shared(actor: Actor, epoch: string, grants: readonly Grants[], limited: string | undefined): Visibility {
    const seen = this.#seen.get(actor.id);
    if (seen?.epoch === epoch && seen.limited === limited) return seen;
    const visibility = grantedOnly(epoch, grants, limited);
    this.#seen.delete(actor.id);
    this.#seen.set(actor.id, visibility);
    for (const oldest of this.#seen.keys()) {
      if (this.#seen.size <= ACTORS_KEPT) break;
      this.#seen.delete(oldest);
    }
    return visibility;
  }

  async epoch(actor: Actor): Promise<string> {
    return (await this.of(actor)).epoch;
  }

  #standing(actor: Actor, hasSources: boolean, everHadSources: boolean): 'everything' | 'nothing' | 'granted' {
    if (actor.kind === 'internal') return 'everything';
    // Who lets guests in says what they see: nothing, where nobody knows what is public.
    if (actor.guest) return hasSources ? 'granted' : 'nothing';
    if (actor.kind !== 'user') return 'nothing';
    const { enforceForSiteAdmins, openToAllUsers } = this.options.config.get();
    if (actor.siteAdmin && !enforceForSiteAdmins) return 'everything';
    if (hasSources) return 'granted';
    return (openToAllUsers ?? !everHadSources) ? 'everything' : 'nothing';
  }

  /** @throws SEXTANT_CODE_HOST_PERMISSIONS_TIMEOUT for a source that is silent. */
  async #ask(from: PluginSource, actor: Actor): Promise<{ readonly source: string; readonly grants: Grants | undefined }> {
    const { name } = from.value;
    try {
      const grants = await this.#inTime(from, actor);
      this.options.sourceState(name, undefined);
      return { source: name, grants };
    } catch (failure) {
      this.options.sourceState(name, failure ?? new Error('unknown'));
      if (isSilent(failure)) throw failure;
      return { source: name, grants: undefined };
    }
  }

  async #inTime({ plugin, value: source }: PluginSource, actor: Actor): Promise<Grants> {
    const answered = new AbortController();
    const { permissionsTimeout: timeout } = this.options.config.get();
    const late = this.options.clock.sleep(timeout, answered.signal).then(() => {
      throw silent(plugin, source.name, timeout);
    });
    try {
      return await Promise.race([late, source.grants(actor)]);
    } finally {
      late.catch(() => undefined);
      answered.abort();
    }
  }
}

const SILENT = 'SEXTANT_CODE_HOST_PERMISSIONS_TIMEOUT';

/** Whether a source of permissions failed by not answering in its time. */
export const isSilent = (failure: unknown): failure is SextantError => SextantError.is(failure) && failure.code === SILENT;

const silent = (plugin: string, source: string, timeout: number): SextantError =>
  new SextantError(SILENT, {
    what: 'It is not known at this moment which repositories you may see.',
    why: `The plugin "${plugin}", which grants "${source}", did not answer within ${timeout / 1_000} s.`,
    fix: `Try again. A site admin sees in the log what keeps "${plugin}", and may disable it, or change plugins.code-host.permissionsTimeout.`,
    details: { plugin, source },
  });

const limitedBy = (sources: readonly string[]): string | undefined =>
  sources.length === 0
    ? undefined
    : `Permissions from ${sources.join(', ')} are unavailable: repositories that only they grant are hidden.`;

const everything = (epoch: string): Visibility => ({
  epoch,
  unrestricted: true,
  repos: IdSet.empty(),
  limited: undefined,
  canSee: () => true,
  sql: () => ({ text: 'TRUE', parameters: [] }),
});

function grantedOnly(epoch: string, grants: readonly Grants[], limited: string | undefined): Visibility {
  const [first = IdSet.empty(), ...others] = grants.map((grant) => grant.repositories);
  const repos = others.reduce((all, some) => all.or(some), first);
  const bits = Buffer.from(repos.toBytes());
  const paths = pathsOf(grants);
  return {
    epoch,
    unrestricted: false,
    repos,
    ...(paths.size === 0 ? {} : { paths }),
    limited,
    canSee: (repositoryId, path) => repos.has(repositoryId) && (path === undefined || (paths.get(repositoryId)?.allows(path) ?? true)),
    // CASE keeps the order: an id beyond the bitmap is an error to get_bit.
    sql: (column, from) => ({
      text: `CASE WHEN ${columnName(column)} < length($${from}::bytea) * 8 THEN get_bit($${from}::bytea, ${columnName(column)}) = 1 ELSE FALSE END`,
      parameters: [bits],
    }),
  };
}

/** One source that grants the whole repository is enough; otherwise a path is visible when any source's rules allow it. */
function pathsOf(grants: readonly Grants[]): ReadonlyMap<number, PathRules> {
  const paths = new Map<number, PathRules>();
  for (const id of new Set(grants.flatMap((grant) => [...(grant.paths?.keys() ?? [])]))) {
    const granting = grants.filter((grant) => grant.repositories.has(id));
    if (granting.length === 0 || granting.some((grant) => !grant.paths?.has(id))) continue;
    const rules = granting.flatMap((grant) => grant.paths?.get(id) ?? []);
    paths.set(id, { allows: (path) => rules.some((rule) => rule.allows(path)) });
  }
  return paths;
}

// The column is written by a programmer, never by a user; this keeps it so.
function columnName(column: string): string {
  if (!/^[a-z_][a-z0-9_]*(?:\.[a-z_][a-z0-9_]*)*$/i.test(column)) throw new RangeError(`${JSON.stringify(column)} is not a column`);
  return column;
}
