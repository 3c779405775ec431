import type { Grants, PathRules, PermissionHosts, PermissionSource, Restrictions } from '@sextant/plugin-code-host/api';
import type { Users } from '@sextant/plugin-identity/api';
import { type Actor, type Clock, IdSet, type Storage } from '@sextant/sdk';
import { type BindMode, bindModeOf, type SiteSettings, siteSettingsOf } from '../site-settings.js';
import { type Piece, setOf } from './bitmap.js';
import { hiddenRepositories } from './hidden-repositories.js';
import { pathRules } from './path-rules.js';

/** What was read is believed for so long: another process may have changed it. */
const BELIEVED_FOR = 1_000;
const PEOPLE_KEPT = 1_000;
/** With `permissions.maxAge`, what is too old is looked for so often. */
const AGE_CHECK = 30_000;
/** While the first answer about an account is awaited, it is looked for so often. */
const AWAITED_CHECK = 3_000;
const AWAITED = 'Your repositories are being looked up at their code hosts for the first time: more will be shown.';

interface Shared {
  readonly version: string;
  readonly settings: SiteSettings;
  readonly mode: BindMode | undefined;
  readonly unrestricted: IdSet;
}

interface Person {
  readonly version: string;
  readonly granted: IdSet;
  readonly paths: ReadonlyMap<number, PathRules> | undefined;
  /** When it must be read again though nothing was written. */
  readonly until: number;
  /** The first answer about an account is still to come. */
  readonly awaited: boolean;
  /** Counts how often time alone has made a difference. */
  readonly turn: number;
}

/**
 * What the code hosts and the API grant. A request costs one query when the person was not asked about within a second, and none otherwise; what is read is
 * shared by all requests of the person until it changes.
 */
export class SyncedPermissions implements PermissionSource {
  readonly name = 'permissions';
  #shared: { readonly value: Shared } | undefined;
  readonly #people = new Map<number, { readonly value: Person; at: number }>();
  #open: { readonly key: string; readonly users: IdSet; readonly guests: IdSet } | undefined;
  readonly #bypassing = new Map<number, { readonly bypasses: boolean; readonly at: number }>();
  #turns = 0;

  constructor(
    private readonly db: Storage,
    private readonly hosts: Pick<PermissionHosts, 'restrictions'>,
    private readonly users: Pick<Users, 'byId'>,
    private readonly clock: Pick<Clock, 'monotonic'>,
  ) {}

  async grants(actor: Actor): Promise<Grants> {
    const restrictions = await this.hosts.restrictions();
    const { shared, person } = await this.#known(actor.userId ?? 0);
    const epoch = `${restrictions.epoch}:${shared.version}`;
    const open = this.#openTo(restrictions, shared);
    if (actor.kind !== 'user' || actor.userId === undefined)
      return { all: false, repositories: actor.guest ? open.guests : IdSet.empty(), epoch: `${epoch}:guest` };
    // Told apart before anything else: a site admin said of this one that it sees everything.
    if (actor.serviceAccount && (await this.#bypasses(actor.userId)))
      return { all: true, repositories: IdSet.empty(), epoch: `${epoch}:bypass` };
    const { granted, paths, version, turn, awaited } = person;
    const ofPerson = `${epoch}:${version}:${turn}`;
    // Nothing is restricted anywhere, and nothing will be without the wall's epoch or ours moving.
    if (!restrictions.enforced && shared.mode === undefined) return { all: true, repositories: IdSet.empty(), epoch };
    return {
      all: false,
      repositories: open.users.or(granted.and(restrictions.all)),
      ...(paths ? { paths } : {}),
      epoch: ofPerson,
      ...(awaited ? { limited: AWAITED } : {}),
    };
  }

  async #bypasses(userId: number): Promise<boolean> {
    const now = this.clock.monotonic();
    const kept = this.#bypassing.get(userId);
    if (kept && now - kept.at < BELIEVED_FOR) return kept.bypasses;
    const bypasses = (await this.users.byId(userId))?.bypassesRepositoryPermissions ?? false;
    if (this.#bypassing.size >= PEOPLE_KEPT) this.#bypassing.clear();
    this.#bypassing.set(userId, { bypasses, at: now });
    return bypasses;
  }

  /** Repositories that no grant is needed for. */
  #openTo(restrictions: Restrictions, shared: Shared): { readonly users: IdSet; readonly guests: IdSet } {
    const key = `${restrictions.epoch}:${shared.version}`;
    if (this.#open?.key === key) return this.#open;
    const hidden = hiddenRepositories(restrictions, shared.mode);
    const users = restrictions.all.without(hidden.without(shared.unrestricted));
    this.#open = { key, users, guests: restrictions.public.without(restrictions.restricted) };
    return this.#open;
  }

  async #known(userId: number): Promise<{ readonly shared: Shared; readonly person: Person }> {
    const now = this.clock.monotonic();
    const kept = this.#people.get(userId);
    if (this.#shared && kept && now - kept.at < BELIEVED_FOR && now < kept.value.until)
      return { shared: this.#shared.value, person: kept.value };
    const [row] = await this.db.query<{ shared: string; person: string | null }>(
      'SELECT s.version::text AS shared, p.version::text AS person FROM shared s LEFT JOIN people p ON p.user_id = $1',
      [userId],
    );
    const before = this.#shared?.value;
    const shared = before && before.version === row?.shared ? before : await this.#readShared();
    this.#shared = { value: shared };
    const version = row?.person ?? '0';
    // What a person sees hangs on what is shared as well.
    const fresh = shared === before && kept?.value.version === version && now < kept.value.until;
    const person = fresh ? kept.value : await this.#readPerson(userId, version, shared, now, kept?.value);
    this.#people.delete(userId);
    this.#people.set(userId, { value: person, at: now });
    for (const oldest of this.#people.keys()) {
      if (this.#people.size <= PEOPLE_KEPT) break;
      this.#people.delete(oldest);
    }
    return { shared, person };
  }

  async #readShared(): Promise<Shared> {
    const [row] = await this.db.query<{ version: string; settings: Record<string, unknown>; unrestricted: Buffer }>(
      'SELECT version::text, settings, unrestricted FROM shared',
    );
    const settings = siteSettingsOf(row?.settings ?? {});
    // What people see may hang on the settings.
    this.#people.clear();
    return {
      version: row?.version ?? '0',
      settings,
      mode: bindModeOf(settings),
      unrestricted: IdSet.fromBytes(row?.unrestricted ?? Buffer.alloc(0)),
    };
  }

  async #readPerson(userId: number, version: string, shared: Shared, now: number, before: Person | undefined): Promise<Person> {
    const { mode, settings } = shared;
    const maxAge = settings['permissions.maxAge'];
    const rows = await this.db.query<{
      id: number;
      api: boolean;
      dropped: boolean;
      drops_in: number | null;
      stale: boolean;
      piece: number | null;
      bits: Buffer;
    }>(
      `SELECT s.id, s.service_type = 'api' AS api, coalesce(s.refused_since < now() - $2::int * interval '1 second', false) AS dropped,
         extract(epoch FROM s.refused_since - now())::float8 + $2::int AS drops_in,
         coalesce($4::int IS NOT NULL AND s.service_type <> 'api' AND (s.synced_at IS NULL OR s.synced_at < now() - $4::int * interval '1 second'), false) AS stale,
         g.piece, g.bits
       FROM sources s LEFT JOIN grants g ON g.source_id = s.id
       WHERE s.user_id = $1 AND (s.service_type <> 'api' OR s.service_id = $3)`,
      [userId, settings['permissions.refusedCredentialGrace'], mode ?? null, maxAge ?? null],
    );
    const kept = rows.filter(({ dropped }) => !dropped);
    const pieces = (which: readonly (typeof rows)[number][]): readonly Piece[] =>
      which.flatMap(({ piece, bits }) => (piece === null ? [] : [{ piece, bits }]));
    const old = kept.filter(({ stale }) => stale);
    let granted = setOf(pieces(kept.filter(({ stale }) => !stale)));
    // What a whole answer does not confirm any more, the answer of the repository's own may.
    if (old.length > 0) granted = granted.or(setOf(pieces(old)).and(await this.#confirmedWithin(maxAge ?? 0)));
    const [first] = await this.db.query<{ awaited: boolean }>(
      `SELECT EXISTS (SELECT FROM sources WHERE user_id = $1 AND service_type <> 'api' AND synced_at IS NULL)
         AND EXISTS (SELECT FROM sync_jobs WHERE user_id = $1 AND state IN ('queued', 'processing')) AS awaited`,
      [userId],
    );
    const awaited = first?.awaited ?? false;
    const drops = rows
      .filter(({ dropped, drops_in }) => !dropped && drops_in !== null)
      .map(({ drops_in }) => now + (drops_in ?? 0) * 1_000);
    const turn = before?.version === version ? ++this.#turns : (before?.turn ?? 0);
    return {
      version,
      granted,
      paths: await this.#pathsOf(userId, mode),
      until: Math.min(
        ...drops,
        maxAge === undefined ? Number.POSITIVE_INFINITY : now + AGE_CHECK,
        awaited ? now + AWAITED_CHECK : Number.POSITIVE_INFINITY,
      ),
      awaited,
      turn,
    };
  }

  async #confirmedWithin(seconds: number): Promise<IdSet> {
    const rows = await this.db.query<{ id: number }>(
      `SELECT id FROM repositories WHERE synced_at >= now() - $1::int * interval '1 second'`,
      [seconds],
    );
    return IdSet.of(rows.map(({ id }) => id));
  }

  async #pathsOf(userId: number, mode: BindMode | undefined): Promise<ReadonlyMap<number, PathRules> | undefined> {
    const rows = await this.db.query<{ repository_id: number; patterns: readonly string[] }>(
      `SELECT p.repository_id, p.patterns FROM path_rules p JOIN sources s ON s.id = p.source_id
       WHERE s.user_id = $1 AND s.service_type = 'api' AND s.service_id = $2`,
      [userId, mode ?? null],
    );
    return rows.length === 0 ? undefined : new Map(rows.map(({ repository_id, patterns }) => [repository_id, pathRules(patterns)]));
  }
}
