import { type IdSet, type Secret, serviceToken } from '@sextant/sdk';

/** An account at a host. */
export interface HostAccount {
  /** The host's id: it survives a change of name. */
  readonly id: string;
  readonly username: string;
  /** Only one that the host has verified. */
  readonly email?: string;
  /** The account's own, where it signed in by the host: some hosts tell what an account may read to nobody else. */
  readonly credential?: Secret;
}

export interface HostGroup {
  readonly id: string;
  readonly name: string;
}

/** By what a user here is known at a host. */
export type AccountsBy =
  /** The account there that the user has proved to own, by signing in by the host. */
  | { readonly by: 'sign-in' }
  /** The name: a user here is who has that name there. Safe only where users cannot choose their names. */
  | { readonly by: 'username' };

/**
 * Who may read what at a host, for `C` its connection. Each method streams page by page; a throw means "do not know", grants nothing anew and takes
 * nothing away. What a host shows to everybody need not be told.
 */
export interface HostPermissions<C> {
  /** Whether the connection's configuration leaves it to the host who sees its private repositories; undefined: every user here does. */
  enforced(connection: C): AccountsBy | undefined;
  usersOf(
    connection: C,
    repository: { readonly externalId: string; readonly name: string; readonly cloneUrl: string },
    options: { readonly signal: AbortSignal },
  ): AsyncIterable<HostAccount>;
  /** The host's ids of the repositories that an account may read. */
  repositoriesOf(connection: C, account: HostAccount, options: { readonly signal: AbortSignal }): AsyncIterable<string>;
  groupsOf?(connection: C, account: HostAccount, options: { readonly signal: AbortSignal }): AsyncIterable<HostGroup>;
}

/** A repository, for whoever asks its host about it. */
export interface HostRepository {
  readonly id: number;
  readonly name: string;
  readonly private: boolean;
  readonly externalId: string;
  readonly serviceType: string;
  readonly serviceId: string;
}

/** A connection whose host decides who sees its private repositories. */
export interface PermissionHost {
  readonly connectionId: number;
  readonly displayName: string;
  readonly serviceType: string;
  readonly serviceId: string;
  readonly accounts: AccountsBy;
  /** As {@link HostPermissions}. @throws when the connection does not give the repository. */
  usersOf(repository: HostRepository, options: { readonly signal: AbortSignal }): AsyncIterable<HostAccount>;
  repositoriesOf(account: HostAccount, options: { readonly signal: AbortSignal }): AsyncIterable<string>;
  readonly groupsOf?: (account: HostAccount, options: { readonly signal: AbortSignal }) => AsyncIterable<HostGroup>;
}

/** Living repositories, by what hides them. */
export interface Restrictions {
  /** That of the wall: they are another's when it moves. */
  readonly epoch: string;
  /** Whether there is a connection whose host decides, or nothing is open without a grant. */
  readonly enforced: boolean;
  readonly all: IdSet;
  readonly private: IdSet;
  /** Those that a host says are for everybody. Of a host that says nothing of who may read, such as a folder, none is. */
  readonly public: IdSet;
  /** Private ones that a connection gives whose host decides; all, where nothing is open without a grant (`openToAllUsers: false`). */
  readonly restricted: IdSet;
}

/** What whoever knows grants needs to know of connections and repositories. It knows no actor. */
export interface PermissionHosts {
  /** Connections whose host decides. One that is malformed, or whose kind's plugin is off, is not among them; its repositories stay restricted. */
  list(only?: { /** Those that give it. */ readonly repositoryId: number }): Promise<readonly PermissionHost[]>;
  /** Shared, and kept until the wall's epoch moves: not to be changed. Believed for as long as the epoch is, a second. */
  restrictions(): Promise<Restrictions>;
  /** Our ids by the host's, of living repositories; the unknown are left out. */
  idsOf(
    service: { readonly serviceType: string; readonly serviceId: string },
    externalIds: readonly string[],
  ): Promise<ReadonlyMap<string, number>>;
  /** Living repositories, by id. */
  byIds(ids: readonly number[]): Promise<ReadonlyMap<number, HostRepository>>;
  /** Living repositories of a connection, by id, with where they are cloned from. */
  ofConnection(
    connectionId: number,
    page: { readonly limit: number; readonly afterId: number },
  ): Promise<readonly (HostRepository & { readonly cloneUrl: string })[]>;
}
export const permissionHosts = serviceToken<PermissionHosts>('code-host.permission-hosts@1');
