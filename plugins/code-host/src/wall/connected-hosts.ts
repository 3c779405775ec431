import type { Storage } from '@sextant/sdk';
import type {
  CodeHostKind,
  Connection,
  HostGroups,
  HostPermissions,
  HostRepository,
  KeptHostGroups,
  PermissionHost,
  PermissionHosts,
  Restrictions,
} from '../api.js';
import type { ConnectionStore } from '../connections/connection-store.js';
import type { KindRegistry } from '../connections/kind-registry.js';
import { tallied } from '../host-clients/request-tally.js';
import type { RestrictionCache } from './restriction-cache.js';

const COLUMNS = `r.id, r.name, r.private, r.external_id AS "externalId", r.service_type AS "serviceType", r.service_id AS "serviceId"`;

interface Parts {
  readonly db: Storage;
  readonly connections: Pick<ConnectionStore, 'enforcing' | 'usable' | 'find'>;
  readonly kinds: Pick<KindRegistry, 'find'>;
  readonly restrictions: RestrictionCache;
}

/** The hosts that decide who sees their private repositories, as connections lead to them. */
export class ConnectedHosts implements PermissionHosts {
  constructor(private readonly parts: Parts) {}

  async list(only?: { readonly repositoryId: number }): Promise<readonly PermissionHost[]> {
    const hosts: PermissionHost[] = [];
    for (const id of await this.parts.connections.enforcing(only?.repositoryId)) {
      const host = await this.#host(id);
      if (host) hosts.push(host);
    }
    return hosts;
  }

  restrictions(): Promise<Restrictions> {
    return this.parts.restrictions.current();
  }

  async idsOf(
    { serviceType, serviceId }: { readonly serviceType: string; readonly serviceId: string },
    externalIds: readonly string[],
  ): Promise<ReadonlyMap<string, number>> {
    const rows = await this.parts.db.query<{ id: number; external_id: string }>(
      'SELECT id, external_id FROM repositories WHERE service_type = $1 AND service_id = $2 AND external_id = ANY($3::text[]) AND deleted_at IS NULL',
      [serviceType, serviceId, externalIds],
    );
    return new Map(rows.map((row) => [row.external_id, row.id]));
  }

  async byIds(ids: readonly number[]): Promise<ReadonlyMap<number, HostRepository>> {
    const rows = await this.parts.db.query<HostRepository>(
      `SELECT ${COLUMNS} FROM repositories r WHERE r.id = ANY($1::int[]) AND r.deleted_at IS NULL`,
      [ids],
    );
    return new Map(rows.map((row) => [row.id, row]));
  }

  ofConnection(
    connectionId: number,
    { limit, afterId }: { readonly limit: number; readonly afterId: number },
  ): Promise<readonly (HostRepository & { readonly cloneUrl: string })[]> {
    return this.parts.db.query<HostRepository & { readonly cloneUrl: string }>(
      `SELECT ${COLUMNS}, rc.clone_url AS "cloneUrl" FROM repositories r JOIN repository_connections rc ON rc.repository_id = r.id
       WHERE rc.connection_id = $1 AND r.deleted_at IS NULL AND r.id > $2 ORDER BY r.id LIMIT $3`,
      [connectionId, afterId, limit],
    );
  }

  /** Undefined: its configuration is malformed, or its kind is off. Nobody can ask it then. */
  async #host(id: number): Promise<PermissionHost | undefined> {
    const connection = await this.parts.connections.usable(id).catch(() => undefined);
    const kind = connection && this.parts.kinds.find(connection.kind);
    if (!connection || !kind?.permissions) return undefined;
    const accounts = kind.permissions.enforced(connection);
    return accounts && this.#asked(kind, kind.permissions, connection, accounts);
  }

  #asked(
    kind: CodeHostKind,
    permissions: HostPermissions<Connection>,
    connection: Connection,
    accounts: PermissionHost['accounts'],
  ): PermissionHost {
    const groups = this.#groups(permissions.groups, connection);
    return {
      connectionId: connection.id,
      displayName: connection.displayName,
      serviceType: kind.serviceType(),
      serviceId: kind.serviceId(connection),
      accounts,
      accountOf: async (identity, options) => permissions.accountOf?.(connection, identity, options),
      usersOf: (repository, options) =>
        tallied(
          this.#of(connection, repository, (asked) => permissions.usersOf(connection, asked, options)),
          options.tally,
        ),
      repositoriesOf: (account, options) => tallied(permissions.repositoriesOf(connection, account, options), options.tally),
      ...(groups ? { groups } : {}),
    };
  }

  #groups(groups: HostGroups<Connection> | undefined, connection: Connection): KeptHostGroups | undefined {
    const keptFor = groups?.keptFor(connection);
    if (!groups || keptFor === undefined) return undefined;
    const { ofAccounts, ofRepositories } = groups;
    return {
      keptFor,
      ...(ofAccounts
        ? {
            ofAccounts: {
              besidesGroups: (account, options) => tallied(ofAccounts.besidesGroups(connection, account, options), options.tally),
              ofGroup: (group, options) => tallied(ofAccounts.ofGroup(connection, group, options), options.tally),
            },
          }
        : {}),
      ...(ofRepositories
        ? {
            ofRepositories: {
              besidesGroups: (repository, options) =>
                tallied(
                  this.#of(connection, repository, (asked) => ofRepositories.besidesGroups(connection, asked, options)),
                  options.tally,
                ),
              ofGroup: (group, options) => tallied(ofRepositories.ofGroup(connection, group, options), options.tally),
            },
          }
        : {}),
    };
  }

  async *#of<T>(
    connection: Connection,
    { id, name, externalId }: HostRepository,
    ask: (asked: { readonly name: string; readonly externalId: string; readonly cloneUrl: string }) => AsyncIterable<T>,
  ): AsyncIterable<T> {
    const [link] = await this.parts.db.query<{ clone_url: string }>(
      'SELECT clone_url FROM repository_connections WHERE connection_id = $1 AND repository_id = $2',
      [connection.id, id],
    );
    if (!link) throw new Error(`the connection ${connection.id} does not give the repository ${id}`);
    yield* ask({ name, externalId, cloneUrl: link.clone_url });
  }
}
