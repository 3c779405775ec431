import { type HostRepository, type PermissionHosts, pathOfClone } from '@sextant/plugin-code-host/api';
import type { AccountDirectory, Users } from '@sextant/plugin-identity/api';
import { IdSet, SextantError, type Storage, type Tx } from '@sextant/sdk';
import { setOf } from '../grants/bitmap.js';
import { GrantStore, moveVersions } from '../grants/grant-store.js';
import { LONGEST_PATTERN, MOST_PATTERNS, pathRules } from '../grants/path-rules.js';
import { SharedState } from '../shared-state.js';
import { type BindMode, bindModeOf } from '../site-settings.js';
import { API } from '../sync/account-sources.js';

/** What one call may set. */
export const MOST_PEOPLE = 10_000;
const MOST_REPOSITORIES = 10_000;
const LONGEST_BIND_ID = 320;
const PAGE = 1_000;

export interface PathGrant {
  readonly bindID: string;
  readonly patterns: readonly string[];
}

/** What is written in the transaction of a change, such as its entry in the audit log. A throw undoes both. */
type Alongside = (tx: Tx) => Promise<void>;

interface Parts {
  readonly db: Storage;
  readonly hosts: Pick<PermissionHosts, 'byIds' | 'ofConnection' | 'restrictions'>;
  readonly users: Pick<Users, 'byUsername'>;
  readonly accounts: Pick<AccountDirectory, 'byVerifiedEmails'>;
  readonly shared: SharedState;
}

/**
 * Permissions that an administrator's program sets. People are named by their address or their name here; what is granted to somebody nobody is yet waits
 * until somebody is. Each call happens whole or not at all.
 */
export class ExplicitPermissions {
  constructor(private readonly parts: Parts) {}

  /** These may see the repository, as far as the API is asked, and nobody else. @throws SEXTANT_PERMISSIONS_API_DISABLED, _ARGUMENT, _REPOSITORY_NOT_FOUND. */
  async setForUsers(repositoryId: number, bindIds: readonly string[], alongside: Alongside): Promise<void> {
    const mode = await this.#mode();
    const named = namesOf(bindIds);
    await this.#required([repositoryId]);
    const owners = await this.#ownersOf(mode, named);
    await this.#write(mode, async (tx) => {
      await this.#setForUsers(tx, mode, repositoryId, named, owners);
      await alongside(tx);
    });
  }

  /** Every user sees them, whatever hosts and the API say; or no longer. */
  async setUnrestricted(repositoryIds: readonly number[], unrestricted: boolean, alongside: Alongside): Promise<void> {
    await this.#mode();
    if (repositoryIds.length > MOST_REPOSITORIES) throw malformed(`More than ${MOST_REPOSITORIES} repositories were named.`);
    await this.#required(repositoryIds);
    await this.parts.db.transaction(async (tx) => {
      await this.#setUnrestricted(tx, repositoryIds, unrestricted);
      await alongside(tx);
    });
  }

  /** As {@link setForUsers}, of the paths alone that the patterns let through. */
  async setForPaths(repositoryId: number, grants: readonly PathGrant[], alongside: Alongside): Promise<void> {
    const mode = await this.#mode();
    const named = namesOf(grants.map(({ bindID }) => bindID));
    for (const { patterns } of grants) checkPatterns(patterns);
    await this.#required([repositoryId]);
    const owners = await this.#ownersOf(mode, named);
    const patterns = new Map(grants.map((grant) => [grant.bindID.trim().toLowerCase(), grant.patterns]));
    await this.#write(mode, async (tx) => {
      const sources = await this.#setForUsers(tx, mode, repositoryId, named, owners);
      const rows = await tx.query<{ user_id: number | null }>(
        `DELETE FROM path_rules p USING sources s WHERE s.id = p.source_id AND p.repository_id = $1 AND s.service_type = '${API}' AND s.service_id = $2 RETURNING s.user_id`,
        [repositoryId, mode],
      );
      for (const { id, key } of sources)
        await tx.query('INSERT INTO path_rules (source_id, repository_id, patterns) VALUES ($1, $2, $3)', [
          id,
          repositoryId,
          patterns.get(key),
        ]);
      await moveVersions(tx, [...rows.flatMap(({ user_id }) => user_id ?? []), ...owners.values()]);
      await alongside(tx);
    });
  }

  /** The same for every repository of a project of Bitbucket Server that is seen, by the connection to it. `alongside` is told how many there are. */
  async setForBitbucketProject(
    connectionId: number,
    projectKey: string,
    bindIds: readonly string[],
    { unrestricted, isSeen }: { readonly unrestricted: boolean; readonly isSeen: (repositoryId: number) => boolean },
    alongside: (tx: Tx, repositories: number) => Promise<void>,
  ): Promise<void> {
    const mode = await this.#mode();
    const named = namesOf(bindIds);
    const repositories = (await this.#ofProject(connectionId, projectKey)).filter(({ id }) => isSeen(id));
    if (repositories.length === 0) throw notFound(`The connection gives no repository of the project ${JSON.stringify(projectKey)}.`);
    const owners = await this.#ownersOf(mode, named);
    await this.#write(mode, async (tx) => {
      for (const { id } of repositories) await this.#setForUsers(tx, mode, id, named, owners);
      await this.#setUnrestricted(
        tx,
        repositories.map(({ id }) => id),
        unrestricted,
      );
      await alongside(tx, repositories.length);
    });
  }

  /** Names to which something is granted, and that are nobody's here; by name, in pages. */
  async pending(page: { readonly limit: number }): Promise<readonly string[]> {
    const mode = await this.#modeOrNone();
    const rows = await this.parts.db.query<{ key: string }>(
      `SELECT s.key FROM sources s WHERE s.service_type = '${API}' AND s.service_id = $1 AND s.user_id IS NULL
         AND EXISTS (SELECT FROM grants g WHERE g.source_id = s.id AND bit_count(g.bits) > 0) ORDER BY s.key LIMIT $2`,
      [mode ?? null, page.limit],
    );
    return rows.map(({ key }) => key);
  }

  /** What is granted by the API to a name that is nobody's yet; by the name. */
  async pendingOf(bindId: string): Promise<IdSet> {
    const mode = await this.#modeOrNone();
    const rows = await this.parts.db.query<{ piece: number; bits: Buffer }>(
      `SELECT g.piece, g.bits FROM grants g JOIN sources s ON s.id = g.source_id
       WHERE s.service_type = '${API}' AND s.service_id = $1 AND s.key = $2 AND s.user_id IS NULL`,
      [mode ?? null, bindId.trim().toLowerCase()],
    );
    return setOf(rows);
  }

  async #setForUsers(
    tx: Tx,
    mode: BindMode,
    repositoryId: number,
    named: readonly string[],
    owners: ReadonlyMap<string, number>,
  ): Promise<readonly { readonly id: number; readonly key: string }[]> {
    await tx.query(
      `INSERT INTO sources AS s (user_id, service_type, service_id, key, username)
       SELECT user_id, '${API}', $1, key, key FROM unnest($2::text[], $3::int[]) AS given (key, user_id)
       ON CONFLICT (service_type, service_id, key) DO UPDATE SET user_id = coalesce(s.user_id, excluded.user_id)`,
      [mode, named, named.map((name) => owners.get(name) ?? null)],
    );
    const sources = await tx.query<{ id: number; key: string }>(
      `SELECT id, key FROM sources WHERE service_type = '${API}' AND service_id = $1 AND key = ANY($2::text[])`,
      [mode, named],
    );
    await new GrantStore(tx).setRepository(
      { serviceType: API, serviceId: mode },
      repositoryId,
      sources.map(({ id }) => id),
      undefined,
    );
    await tx.query('INSERT INTO repositories (id) VALUES ($1) ON CONFLICT DO NOTHING', [repositoryId]);
    return sources;
  }

  async #setUnrestricted(tx: Tx, repositoryIds: readonly number[], unrestricted: boolean): Promise<void> {
    const [row] = await tx.query<{ unrestricted: Buffer }>('SELECT unrestricted FROM shared FOR UPDATE');
    const before = IdSet.fromBytes(row?.unrestricted ?? Buffer.alloc(0));
    const named = IdSet.of(repositoryIds);
    await SharedState.setUnrestricted(tx, unrestricted ? before.or(named) : before.without(named));
  }

  #write(mode: BindMode, work: (tx: Tx) => Promise<void>): Promise<void> {
    return this.parts.db.transaction(async (tx) => {
      await new GrantStore(tx).lock({ serviceType: API, serviceId: mode });
      await work(tx);
    });
  }

  async #ownersOf(mode: BindMode, named: readonly string[]): Promise<ReadonlyMap<string, number>> {
    const owners = new Map<string, number>();
    if (mode === 'email')
      for (let at = 0; at < named.length; at += PAGE)
        for (const [address, { id }] of await this.parts.accounts.byVerifiedEmails(named.slice(at, at + PAGE))) owners.set(address, id);
    else
      for (const name of named) {
        const user = await this.parts.users.byUsername(name);
        if (user) owners.set(name, user.id);
      }
    return owners;
  }

  async #ofProject(connectionId: number, projectKey: string): Promise<readonly HostRepository[]> {
    const found: HostRepository[] = [];
    for (let afterId = 0; ; ) {
      const page = await this.parts.hosts.ofConnection(connectionId, { limit: PAGE, afterId });
      found.push(...page.filter((repository) => isOfProject(repository, projectKey)));
      if (found.length > MOST_REPOSITORIES) throw malformed(`The project has more than ${MOST_REPOSITORIES} repositories.`);
      const last = page.at(-1);
      if (page.length < PAGE || !last) return found;
      afterId = last.id;
    }
  }

  async #required(ids: readonly number[]): Promise<void> {
    const found = await this.parts.hosts.byIds(ids);
    if (ids.some((id) => !found.has(id))) throw notFound('A repository that was named is not there.');
  }

  async #modeOrNone(): Promise<BindMode | undefined> {
    return bindModeOf(await this.parts.shared.settings());
  }

  async #mode(): Promise<BindMode> {
    const mode = await this.#modeOrNone();
    if (mode) return mode;
    throw new SextantError('SEXTANT_PERMISSIONS_API_DISABLED', {
      what: 'Permissions are not set through the API on this site.',
      fix: 'Set "permissions.userMapping": {"enabled": true, "bindID": "email"} in the site configuration.',
    });
  }
}

const isOfProject = ({ serviceType, serviceId, cloneUrl }: HostRepository & { readonly cloneUrl: string }, projectKey: string): boolean =>
  serviceType === 'bitbucketServer' &&
  (pathOfClone(serviceId, cloneUrl).split('/').at(-2) ?? '').toLowerCase() === projectKey.toLowerCase();

function namesOf(bindIds: readonly string[]): readonly string[] {
  if (bindIds.length > MOST_PEOPLE) throw malformed(`More than ${MOST_PEOPLE} people were named.`);
  const names = bindIds.map((bindId) => bindId.trim().toLowerCase());
  if (names.some((name) => name === '' || name.length > LONGEST_BIND_ID || /\p{Cc}/u.test(name)))
    throw malformed(`A bindID is empty, longer than ${LONGEST_BIND_ID} characters or holds a control character.`);
  return [...new Set(names)].sort();
}

function checkPatterns(patterns: readonly string[]): void {
  if (patterns.length === 0 || patterns.length > MOST_PATTERNS) throw malformed(`Paths of a person are 1 to ${MOST_PATTERNS}.`);
  if (patterns.some((pattern) => pattern.length > LONGEST_PATTERN)) throw malformed(`A path is longer than ${LONGEST_PATTERN} characters.`);
  try {
    pathRules(patterns);
  } catch (error) {
    throw malformed(error instanceof Error ? error.message : 'A path is no pattern.');
  }
}

const malformed = (why: string): SextantError =>
  new SextantError('SEXTANT_PERMISSIONS_ARGUMENT', {
    what: 'Permissions were not set.',
    why,
    fix: 'Correct what is named; nothing was changed.',
  });

const notFound = (why: string): SextantError =>
  new SextantError('SEXTANT_PERMISSIONS_REPOSITORY_NOT_FOUND', {
    what: 'There is no such repository.',
    why,
    fix: 'Check the id or name of the repository.',
  });
