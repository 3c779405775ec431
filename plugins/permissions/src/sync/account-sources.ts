import type { PermissionHost, PermissionHosts } from '@sextant/plugin-code-host/api';
import type { AccountDirectory, ExternalAccount, ExternalAccounts, User, Users } from '@sextant/plugin-identity/api';
import type { Queryable, Storage } from '@sextant/sdk';
import { moveVersions, type Service } from '../grants/grant-store.js';
import type { BindMode } from '../site-settings.js';

/** An account of a user at a host, and the connections by which the host can be asked about it. */
export interface AskedAccount {
  readonly sourceId: number;
  readonly service: Service;
  /** The host's id of it; the name, where names tell who is who. */
  readonly accountId: string;
  readonly username: string;
  readonly external: ExternalAccount | undefined;
  readonly hosts: readonly PermissionHost[];
  /** No whole answer was ever had. */
  readonly first: boolean;
}

export const keyOfId = (accountId: string): string => `id:${accountId}`;
export const keyOfName = (username: string): string => `name:${username.toLowerCase()}`;
export const API = 'api';

interface Parts {
  readonly db: Storage;
  readonly hosts: Pick<PermissionHosts, 'list'>;
  readonly users: Pick<Users, 'byId'>;
  readonly accounts: Pick<AccountDirectory, 'emails'>;
  readonly external: Pick<ExternalAccounts, 'ofUser'>;
}

/** Whom an identity is at a host is asked for at most so long, in milliseconds. */
const IDENTITY_TIMEOUT = 60_000;

type Wanted = Omit<AskedAccount, 'sourceId' | 'first'> & { readonly key: string };

/** A host that did not say which account is the user's. */
export interface UnknownAccount {
  readonly service: Service;
  readonly error: unknown;
}

/** Says which accounts at hosts, and which names in the API, are a user's. What is known of an account stays while nobody here has it. */
export class AccountSources {
  constructor(private readonly parts: Parts) {}

  /**
   * Takes in what has changed of a user: accounts that came or went, another name, addresses, or that there is no such user any more.
   * @returns the accounts to ask about, whether they are others than before, and hosts that did not say whose their account is: it stays as it was.
   */
  async settle(
    userId: number,
    mode: BindMode | undefined,
  ): Promise<{ readonly accounts: readonly AskedAccount[]; readonly changed: boolean; readonly unknown: readonly UnknownAccount[] }> {
    const user = await this.parts.users.byId(userId);
    const hosts = user ? await this.parts.hosts.list() : [];
    const { wanted, unknown } = user ? await this.#wanted(user, hosts) : { wanted: [], unknown: [] };
    const named = user && mode ? await this.#namedInApi(user, mode) : [];
    return this.parts.db.transaction(async (tx) => {
      const before = await tx.query<{ id: number }>('SELECT id FROM sources WHERE user_id = $1', [userId]);
      const accounts: AskedAccount[] = [];
      for (const { key, ...account } of wanted) {
        const source = await this.#claim(tx, userId, account.service, key, account.username);
        accounts.push({ ...account, ...source });
      }
      const bound = await tx.query<{ id: number }>(
        `UPDATE sources SET user_id = $1 WHERE service_type = '${API}' AND service_id = $2 AND key = ANY($3::text[]) RETURNING id`,
        [userId, mode ?? null, named],
      );
      const now = new Set([...accounts.map(({ sourceId }) => sourceId), ...bound.map(({ id }) => id)]);
      // A host that cannot be asked now, because its plugin is off or it does not answer, has not said that the account is not the user's.
      const silent = new Set(unknown.map(({ service }) => nameOf(service)));
      const asked = hosts.map(nameOf).filter((name) => !silent.has(name));
      const gone = await tx.query<{ id: number }>(
        `UPDATE sources SET user_id = NULL WHERE user_id = $1 AND NOT id = ANY($2::int[])
           AND ($4::boolean OR (service_type = '${API}' AND ($5::text IS NULL OR service_id = $5)) OR service_type || ' ' || service_id = ANY($3::text[]))
         RETURNING id`,
        [userId, [...now], asked, user === undefined, mode ?? null],
      );
      const changed = gone.length > 0 || [...now].some((id) => !before.some((source) => source.id === id));
      if (changed) await moveVersions(tx, [userId]);
      if (!user) await tx.query('DELETE FROM people WHERE user_id = $1', [userId]);
      return { accounts, changed, unknown };
    });
  }

  /** An account that was another user's is this one's now: the host, or the name, says so. */
  async #claim(
    tx: Queryable,
    userId: number,
    { serviceType, serviceId }: Service,
    key: string,
    username: string,
  ): Promise<{ readonly sourceId: number; readonly first: boolean }> {
    const [former] = await tx.query<{ user_id: number | null }>(
      'SELECT user_id FROM sources WHERE service_type = $1 AND service_id = $2 AND key = $3 FOR UPDATE',
      [serviceType, serviceId, key],
    );
    const [row] = await tx.query<{ id: number; first: boolean }>(
      `INSERT INTO sources AS s (user_id, service_type, service_id, key, username) VALUES ($1, $2, $3, $4, $5)
       ON CONFLICT (service_type, service_id, key) DO UPDATE SET user_id = $1, username = $5
       RETURNING id, synced_at IS NULL AS first`,
      [userId, serviceType, serviceId, key, username],
    );
    if (former && former.user_id !== null && former.user_id !== userId) await moveVersions(tx, [former.user_id]);
    return { sourceId: row?.id ?? 0, first: row?.first ?? true };
  }

  async #wanted(
    user: User,
    hosts: readonly PermissionHost[],
  ): Promise<{ readonly wanted: readonly Wanted[]; readonly unknown: readonly UnknownAccount[] }> {
    const external = await this.parts.external.ofUser(user.id);
    const wanted = new Map<string, Wanted>();
    const unknown: UnknownAccount[] = [];
    for (const host of hosts) {
      const service = { serviceType: host.serviceType, serviceId: host.serviceId };
      try {
        for (const account of await accountsAt(host, user, external)) {
          const at = `${nameOf(service)} ${account.key}`;
          wanted.set(at, { ...account, service, hosts: [...(wanted.get(at)?.hosts ?? []), host] });
        }
      } catch (error) {
        unknown.push({ service, error });
      }
    }
    return { wanted: [...wanted.values()], unknown };
  }

  /** The names by which the API knows the user: proved addresses alone, for what is granted to an address. */
  async #namedInApi(user: User, mode: BindMode): Promise<readonly string[]> {
    if (mode === 'username') return [user.username.toLowerCase()];
    const emails = await this.parts.accounts.emails([user.id]);
    return emails.filter(({ verified }) => verified).map(({ address }) => address.toLowerCase());
  }
}

const nameOf = ({ serviceType, serviceId }: Service): string => `${serviceType} ${serviceId}`;

/** The user's accounts at a host. @throws when the host does not say whose an identity is. */
async function accountsAt(
  host: PermissionHost,
  user: User,
  external: readonly ExternalAccount[],
): Promise<readonly Omit<Wanted, 'service' | 'hosts'>[]> {
  const { serviceType, serviceId, accounts } = host;
  if (accounts.by === 'username')
    return [{ key: keyOfName(user.username), accountId: user.username, username: user.username, external: undefined }];
  if (accounts.by === 'sign-in')
    return external
      .filter(({ service }) => service.type === serviceType && service.id === serviceId)
      .map((account) => ({
        key: keyOfId(account.accountId),
        accountId: account.accountId,
        username: account.username,
        external: account,
      }));
  const { type, id } = accounts.provider;
  const found: Omit<Wanted, 'service' | 'hosts'>[] = [];
  for (const identity of external) {
    if (identity.service.type !== type || (identity.providerId !== id && identity.service.id !== id)) continue;
    const account = await host.accountOf(identity, { signal: AbortSignal.timeout(IDENTITY_TIMEOUT) });
    // The credential is the provider's, and says nothing to the host.
    if (account) found.push({ key: keyOfId(account.id), accountId: account.id, username: account.username, external: undefined });
  }
  return found;
}
