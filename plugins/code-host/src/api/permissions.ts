import type { Secret } from '@sextant/sdk';

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

/**
 * Who may read what at a host, for `C` its connection. Each method streams page by page; a throw means "do not know", grants nothing anew and takes
 * nothing away. What a host shows to everybody need not be told.
 */
export interface HostPermissions<C> {
  usersOf(
    connection: C,
    repository: { readonly externalId: string; readonly name: string; readonly cloneUrl: string },
    options: { readonly signal: AbortSignal },
  ): AsyncIterable<HostAccount>;
  /** The host's ids of the repositories that an account may read. */
  repositoriesOf(connection: C, account: HostAccount, options: { readonly signal: AbortSignal }): AsyncIterable<string>;
  groupsOf?(connection: C, account: HostAccount, options: { readonly signal: AbortSignal }): AsyncIterable<HostGroup>;
}
