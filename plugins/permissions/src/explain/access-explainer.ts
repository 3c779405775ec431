import type { PermissionHosts, Repository, VisibilityService } from '@sextant/plugin-code-host/api';
import type { AccountDirectory, User } from '@sextant/plugin-identity/api';
import { type Actor, IdSet, type Storage } from '@sextant/sdk';
import { PIECE } from '../grants/bitmap.js';
import { hiddenRepositories } from '../grants/hidden-repositories.js';
import { bindModeOf, type SiteSettings, siteSettingsOf } from '../site-settings.js';
import { API } from '../sync/account-sources.js';
import { type Subject, type SyncJob, SyncJobs } from '../sync/sync-jobs.js';
import { type AccessExplanation, Findings } from './access-explanation.js';

interface Source {
  readonly id: number;
  readonly service_type: string;
  readonly service_id: string;
  readonly username: string;
  readonly granted: boolean;
  readonly created_at: Date;
  readonly synced_at: Date | null;
  readonly changed_at: Date | null;
  readonly failure: string | null;
  readonly failing_since: Date | null;
  readonly refused_since: Date | null;
  readonly dropped: boolean;
  readonly stale: boolean;
}

interface Host {
  readonly service_type: string;
  readonly service_id: string;
  readonly display_name: string;
  readonly accounts_by: string;
  readonly failing_since: Date | null;
  readonly failure: string | null;
}

interface Parts {
  readonly db: Storage;
  readonly hosts: Pick<PermissionHosts, 'restrictions' | 'byIds'>;
  readonly wall: VisibilityService;
  readonly accounts: Pick<AccountDirectory, 'emails'>;
  readonly jobs: Pick<SyncJobs, 'ahead'>;
}

/** Why somebody sees a repository or does not. Whether they do is asked of the wall itself; why, of what grants come from. */
export class AccessExplainer {
  constructor(private readonly parts: Parts) {}

  /** Of anybody, for those who administer the site. */
  async explain(user: User, repository: Repository): Promise<AccessExplanation> {
    const visibility = await this.parts.wall.of(actorOf(user));
    const allowed = visibility.canSee(repository.id);
    const settings = await this.#settings();
    const findings = new Findings();
    if (visibility.unrestricted && user.siteAdmin)
      findings.add(
        'SITE_ADMIN',
        `${user.username} is a site admin, and site admins see everything here.`,
        {},
        'Set enforceForSiteAdmins, or take the role away.',
      );
    if (user.serviceAccount && user.bypassesRepositoryPermissions)
      findings.add(
        'SERVICE_ACCOUNT',
        `${user.username} is a service account that was set to see every repository.`,
        {},
        'Call setServiceAccountBypass.',
      );
    const open = await this.#whyOpen(repository, settings, findings);
    await this.#ofHosts(user, repository, settings, open, findings);
    await this.#ofApi(user, repository, settings, open, findings);
    if (allowed) findings.addSourcesOfOthers();
    else await this.#ofSyncs(user.username, [{ userId: user.id }, { repositoryId: repository.id }], findings);
    if (visibility.limited !== undefined)
      findings.add('SOURCE_UNAVAILABLE', visibility.limited, {}, 'See the log and the state of the plugin that is named.');
    const because = findings.reasons[0]?.text ?? 'Nothing grants it.';
    return {
      allowed,
      summary: `${user.username} ${allowed ? 'sees' : 'does not see'} ${repository.name}. ${because}`,
      reasons: findings.reasons,
      wouldChange: [...findings.wouldChange],
    };
  }

  /**
   * Of the asker: a repository that they may not see and one that does not exist have the same answer. What it tells of is the asker alone.
   * @param repository undefined when the asker does not see it
   */
  async explainToSelf(user: User, name: string, repository: Repository | undefined): Promise<AccessExplanation> {
    if (repository) return this.explain(user, repository);
    const settings = await this.#settings();
    const findings = new Findings();
    findings.add(
      'NOT_VISIBLE',
      'It does not exist, or you may not see it.',
      {},
      'Ask somebody who sees it to give you access at its host.',
    );
    const sources = await this.#sources(user.id, 0, settings);
    for (const host of await this.#hosts()) this.#ofHost(user, host, sources, undefined, findings);
    await this.#ofSyncs(user.username, [{ userId: user.id }], findings);
    return { allowed: false, summary: `You see no repository ${name}.`, reasons: findings.reasons, wouldChange: [...findings.wouldChange] };
  }

  /** Repositories that need no grant. */
  async #whyOpen(repository: Repository, settings: SiteSettings, findings: Findings): Promise<boolean> {
    const restrictions = await this.parts.hosts.restrictions();
    const [row] = await this.parts.db.query<{ unrestricted: Buffer }>('SELECT unrestricted FROM shared');
    const hidden = hiddenRepositories(restrictions, bindModeOf(settings)).has(repository.id);
    if (!hidden && restrictions.public.has(repository.id)) {
      findings.add('PUBLIC', 'The repository is public at its host: every user here sees it.', {}, 'Make it private at its host.');
      return true;
    }
    if (IdSet.fromBytes(row?.unrestricted ?? Buffer.alloc(0)).has(repository.id)) {
      findings.add(
        'UNRESTRICTED',
        'The repository was set to be unrestricted: every user here sees it.',
        {},
        'Call setRepositoryPermissionsUnrestricted.',
      );
      return true;
    }
    if (hidden) return false;
    const byApi = 'Say who may by the API (permissions.userMapping in the site configuration).';
    if (repository.private)
      findings.add(
        'NOT_ENFORCED',
        'No connection that gives the repository leaves it to its host who sees it: every user here does.',
        {},
        'Set "authorization" in the connection to its host.',
        byApi,
      );
    else
      findings.add(
        'NOT_ENFORCED',
        'Its host says of nobody whether they may read it: every user here does.',
        {},
        byApi,
        'Set "openToAllUsers" of the plugin code-host to false: then only what is granted is seen.',
      );
    return true;
  }

  async #ofHosts(user: User, repository: Repository, settings: SiteSettings, open: boolean, findings: Findings): Promise<void> {
    const { restricted } = await this.parts.hosts.restrictions();
    if (open || !restricted.has(repository.id)) return;
    const { serviceType, serviceId } = repository.external;
    const sources = await this.#sources(user.id, repository.id, settings);
    const hosts = (await this.#hosts()).filter((host) => host.service_type === serviceType && host.service_id === serviceId);
    if (hosts.length === 0)
      findings.add(
        'HOST_UNAVAILABLE',
        `Its host ${serviceId} is not asked: no connection leaves it to the host, or its connection is malformed, or the plugin of its kind is off.`,
        { host: serviceId },
        'Mend the connection.',
      );
    for (const host of hosts) this.#ofHost(user, host, sources, repository, findings);
  }

  #ofHost(user: User, host: Host, all: readonly Source[], repository: Repository | undefined, findings: Findings): void {
    const at = host.service_id;
    const sources = all.filter((source) => source.service_type === host.service_type && source.service_id === at);
    if (sources.length === 0 && host.accounts_by !== 'username')
      findings.add(
        'NO_ACCOUNT',
        `${user.username} has no account at ${at}: ${host.accounts_by === 'identity' ? 'none there has the identity of one here' : 'nobody signed in there for it'}.`,
        { host: at },
        `Sign in by ${at}, or link the account there.`,
      );
    for (const source of sources) {
      const about = { host: at, account: source.username };
      if (source.dropped || source.refused_since)
        findings.add(
          'CREDENTIAL_REFUSED',
          source.dropped
            ? `${at} refuses the credential of the account ${source.username}; what it gave is taken away.`
            : `${at} refuses the credential of the account ${source.username}; what it gave will be taken away.`,
          { ...about, since: source.refused_since ?? undefined },
          `Sign in by ${at} again.`,
        );
      else if (source.stale)
        findings.add(
          'TOO_OLD',
          `What ${at} said of the account ${source.username} is older than permissions.maxAge.`,
          about,
          'See why the syncs fail.',
        );
      else if (!source.synced_at && !source.granted)
        findings.add(
          'NEVER_SYNCED',
          `${at} has not said yet what the account ${source.username} may see.`,
          about,
          'Wait for the sync, or schedule one.',
        );
      if (source.failure)
        findings.add(
          'SYNC_FAILED',
          `The last sync failed; what was known before stands. ${source.failure}`,
          { ...about, since: source.failing_since ?? undefined },
          'Mend what the sync says.',
        );
      if (!repository) continue;
      if (source.granted && !source.dropped && !source.stale)
        findings.add(
          'GRANTED_BY_HOST',
          `${at} lets the account ${source.username} read it; so it said ${source.synced_at ? `in full at ${source.synced_at.toISOString()}` : 'of the repository'}.`,
          { ...about, since: source.changed_at ?? undefined },
          `Take access away at ${at}.`,
        );
      else if (source.synced_at && !source.granted)
        findings.add(
          'NOT_NAMED',
          `${at} does not name the account ${source.username} among those who may read it; so it said at ${source.synced_at.toISOString()}.`,
          { ...about, since: source.synced_at },
          `Give the account ${source.username} access at ${at}; the next sync takes it in.`,
        );
    }
    if (host.failing_since && repository)
      findings.add(
        'HOST_UNAVAILABLE',
        `${at} does not answer about permissions. ${host.failure ?? ''}`.trim(),
        { host: at, since: host.failing_since },
        'See the connection.',
      );
  }

  async #ofApi(user: User, repository: Repository, settings: SiteSettings, open: boolean, findings: Findings): Promise<void> {
    const mode = bindModeOf(settings);
    if (mode === undefined) return;
    const sources = (await this.#sources(user.id, repository.id, settings)).filter(
      ({ service_type, service_id }) => service_type === API && service_id === mode,
    );
    const granting = sources.filter(({ granted }) => granted);
    if (!open)
      for (const { username, changed_at } of granting)
        findings.add(
          'GRANTED_BY_API',
          `The API grants it to ${username}.`,
          { account: username, since: changed_at ?? undefined },
          'Call setRepositoryPermissionsForUsers without this person.',
        );
    const rules = await this.parts.db.query<{ patterns: readonly string[] }>(
      'SELECT patterns FROM path_rules WHERE repository_id = $1 AND source_id = ANY($2::int[])',
      [repository.id, sources.map(({ id }) => id)],
    );
    for (const { patterns } of rules)
      findings.add(
        'PATH_RULES',
        `Only some paths of it are shown: ${patterns.slice(0, 5).join(', ')}${patterns.length > 5 ? ', …' : ''}.`,
        {},
        'Call setSubRepositoryPermissionsForUsers.',
      );
    if (open || granting.length > 0) return;
    const pending = await this.#pending(user, repository.id, mode);
    if (pending)
      findings.add(
        'PENDING',
        `The API grants it to ${pending}, which is an address of ${user.username} that is not verified.`,
        { account: pending },
        'Verify the address.',
      );
    else findings.add('NOT_SET', `The API does not grant it to ${user.username}.`, {}, 'Call setRepositoryPermissionsForUsers.');
  }

  /** An address of the user that is not proved, and to which the API grants the repository. */
  async #pending(user: User, repositoryId: number, mode: string): Promise<string | undefined> {
    if (mode !== 'email') return undefined;
    const emails = (await this.parts.accounts.emails([user.id]))
      .filter(({ verified }) => !verified)
      .map(({ address }) => address.toLowerCase());
    const [row] = await this.parts.db.query<{ key: string }>(
      `SELECT s.key FROM sources s JOIN grants g ON g.source_id = s.id AND g.piece = $2 AND get_bit(g.bits, $3) = 1
       WHERE s.service_type = '${API}' AND s.service_id = 'email' AND s.user_id IS NULL AND s.key = ANY($1::text[]) LIMIT 1`,
      [emails, Math.floor(repositoryId / PIECE), repositoryId % PIECE],
    );
    return row?.key;
  }

  async #ofSyncs(username: string, subjects: readonly Subject[], findings: Findings): Promise<void> {
    for (const subject of subjects) {
      const [latest] = await SyncJobs.latest(this.parts.db, subject);
      const of = 'userId' in subject ? username : 'the repository';
      if (latest?.state === 'queued')
        findings.add(
          'SYNC_QUEUED',
          `A sync of ${of} waits; ${await this.#aheadOf(latest)} come before it.`,
          { since: latest.queuedAt },
          'Wait for the sync.',
        );
      if (latest?.state === 'processing')
        findings.add(
          'SYNC_RUNNING',
          `A sync of ${of} is under way${latest.progress ? `: ${latest.progress}` : ''}.`,
          { since: latest.startedAt ?? undefined },
          'Wait for the sync.',
        );
      if (latest?.state === 'failed' || latest?.state === 'errored')
        findings.add(
          'SYNC_FAILED',
          `The last sync of ${of} failed. ${latest.failureMessage ?? ''}`.trim(),
          { since: latest.finishedAt ?? undefined },
          'Mend what the sync says.',
        );
    }
  }

  #aheadOf(job: SyncJob): Promise<number> {
    return this.parts.jobs.ahead(job);
  }

  async #settings(): Promise<SiteSettings> {
    const [row] = await this.parts.db.query<{ settings: Record<string, unknown> }>('SELECT settings FROM shared');
    return siteSettingsOf(row?.settings ?? {});
  }

  #hosts(): Promise<readonly Host[]> {
    return this.parts.db.query<Host>(
      'SELECT DISTINCT ON (service_type, service_id, accounts_by) * FROM hosts ORDER BY service_type, service_id, accounts_by, connection_id',
    );
  }

  #sources(userId: number, repositoryId: number, settings: SiteSettings): Promise<readonly Source[]> {
    return this.parts.db.query<Source>(
      `SELECT s.id, s.service_type, s.service_id, s.username, s.created_at, s.synced_at, s.changed_at, s.failure, s.failing_since, s.refused_since,
         coalesce(get_bit(g.bits, $3) = 1, false) AS granted,
         coalesce(s.refused_since < now() - $4::int * interval '1 second', false) AS dropped,
         coalesce(s.service_type <> '${API}' AND s.synced_at < now() - $5::int * interval '1 second', false) AS stale
       FROM sources s LEFT JOIN grants g ON g.source_id = s.id AND g.piece = $2 WHERE s.user_id = $1 ORDER BY s.id`,
      [
        userId,
        Math.floor(repositoryId / PIECE),
        repositoryId % PIECE,
        settings['permissions.refusedCredentialGrace'],
        settings['permissions.maxAge'] ?? null,
      ],
    );
  }
}

/** The user as the wall knows one. */
export const actorOf = ({ id, username, siteAdmin, serviceAccount }: User): Actor => ({
  kind: 'user',
  id: `user:${id}`,
  userId: id,
  username,
  siteAdmin,
  serviceAccount,
  via: 'internal',
});
