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

/** Accounts that a host lets in together, such as a team. */
export interface HostGroup {
  /** Unique at the host among groups of every sort; it survives a change of name. */
  readonly id: string;
  /** As the host names it now. */
  readonly name: string;
}

/** In the place of what a group gives. */
export interface GroupMention {
  readonly group: HostGroup;
}

interface Asking {
  readonly signal: AbortSignal;
}
/** What questions to a host have cost. */
export interface RequestTally {
  /** Those that count at the host: an answer that has not changed does not. */
  requests: number;
  /** Requests an hour that the credential may make that was asked with last; infinite where neither host nor connection says so. */
  perHour: number;
}

/** As a host is asked: where there is a tally, requests are counted in it. */
export interface HostQuestion extends Asking {
  readonly tally?: RequestTally | undefined;
}

interface AskedRepository {
  readonly externalId: string;
  readonly name: string;
  readonly cloneUrl: string;
}

/**
 * What a host tells of groups, so that what one gives is asked for once and not for each of its accounts and repositories. A kind need not know both ways.
 * Whether somebody is in a group, and whether a repository is given to it, is asked for each time; kept is what is on the other side of the group.
 */
export interface HostGroups<C> {
  /** Milliseconds that what a group said is believed; undefined: nothing is kept, and each question asks for all. */
  keptFor(connection: C): number | undefined;
  /** What an account may read: as {@link HostPermissions.repositoriesOf}, with groups in the place of what they give, where that takes fewer requests. */
  readonly ofAccounts?: {
    besidesGroups(connection: C, account: HostAccount, options: Asking): AsyncIterable<string | GroupMention>;
    /** Asked with the connection's credential: the answer is for each account of the group. */
    ofGroup(connection: C, group: HostGroup, options: Asking): AsyncIterable<string>;
  };
  /** Who may read a repository, likewise. */
  readonly ofRepositories?: {
    besidesGroups(connection: C, repository: AskedRepository, options: Asking): AsyncIterable<HostAccount | GroupMention>;
    ofGroup(connection: C, group: HostGroup, options: Asking): AsyncIterable<HostAccount>;
  };
}

/** By what a user here is known at a host. */
export type AccountsBy =
  /** The account there that the user has proved to own, by signing in by the host. */
  | { readonly by: 'sign-in' }
  /** The name: a user here is who has that name there. Safe only where users cannot choose their names. */
  | { readonly by: 'username' }
  /** The identity that another provider has of the user, who signed in here by it, and that the host has of its account. */
  | { readonly by: 'identity'; readonly provider: { readonly type: string /** Of its entry, or of its service. */; readonly id: string } };

/**
 * Who may read what at a host, for `C` its connection. Each method streams page by page; a throw means "do not know", grants nothing anew and takes
 * nothing away. What a host shows to everybody need not be told.
 */
export interface HostPermissions<C> {
  /** Whether the connection's configuration leaves it to the host who sees its private repositories; undefined: every user here does. */
  enforced(connection: C): AccountsBy | undefined;
  /** Whose an identity is at the host, where users are known by one; `accountId` is the provider's. Undefined: nobody's. */
  accountOf?(connection: C, identity: { readonly accountId: string }, options: Asking): Promise<HostAccount | undefined>;
  usersOf(connection: C, repository: AskedRepository, options: Asking): AsyncIterable<HostAccount>;
  /** The host's ids of the repositories that an account may read. */
  repositoriesOf(connection: C, account: HostAccount, options: Asking): AsyncIterable<string>;
  /** Absent for hosts whose answers are no shorter by groups. */
  readonly groups?: HostGroups<C>;
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
  /** As {@link HostPermissions}; undefined where no identity is known at the host. */
  accountOf(identity: { readonly accountId: string }, options: HostQuestion): Promise<HostAccount | undefined>;
  /** As {@link HostPermissions}. @throws when the connection does not give the repository. */
  usersOf(repository: HostRepository, options: HostQuestion): AsyncIterable<HostAccount>;
  repositoriesOf(account: HostAccount, options: HostQuestion): AsyncIterable<string>;
  /** Where what groups give is kept. */
  readonly groups?: KeptHostGroups;
}

/** As {@link HostGroups}, of one connection. */
export interface KeptHostGroups {
  /** Milliseconds. */
  readonly keptFor: number;
  readonly ofAccounts?: {
    besidesGroups(account: HostAccount, options: HostQuestion): AsyncIterable<string | GroupMention>;
    ofGroup(group: HostGroup, options: HostQuestion): AsyncIterable<string>;
  };
  readonly ofRepositories?: {
    besidesGroups(repository: HostRepository, options: HostQuestion): AsyncIterable<HostAccount | GroupMention>;
    ofGroup(group: HostGroup, options: HostQuestion): AsyncIterable<HostAccount>;
  };
}

/** Living repositories, by what hides them. */
export interface Restrictions {
  /** That of the wall: they are another's when it moves. */
  readonly epoch: string;
  /** Whether there is a connection whose host decides, or nothing is open without a grant. */
  readonly enforced: boolean;
  readonly all: IdSet;
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
