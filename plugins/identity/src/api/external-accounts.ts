import { defineEvent, extensionPoint, type Secret, serviceToken, type Tx, z } from '@sextant/sdk';
import type { ExternalCredential } from './providers.js';

/** Where accounts are: the type and id of a code host's connections, or of a provider of identities. */
export interface ExternalService {
  readonly type: string;
  readonly id: string;
}

/** A user's account somewhere else. One account belongs to one user; a user may have several, at one place too. */
export interface ExternalAccount {
  readonly id: number;
  readonly userId: number;
  readonly service: ExternalService;
  /** The entry of `auth.providers` by which the person last signed in with it. */
  readonly providerId?: string | undefined;
  /** The place's own id of the account. */
  readonly accountId: string;
  readonly username: string;
  readonly displayName: string | undefined;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  /** Set since the place refused its credential: the person must sign in there again. */
  readonly expiredAt: Date | undefined;
  readonly hasCredential: boolean;
}

export interface ExternalAccounts {
  ofUser(userId: number): Promise<readonly ExternalAccount[]>;
  /** By the ids that the place has for them; unknown ones are left out. */
  byAccountIds(service: ExternalService, accountIds: readonly string[]): Promise<ReadonlyMap<string, ExternalAccount>>;
  /** Accounts at the place, by id, in pages. */
  at(service: ExternalService, page: { readonly limit: number; readonly afterId?: number }): Promise<readonly ExternalAccount[]>;
  /** The access token, renewed when it has expired and whoever gave it can. Undefined: there is none, or the person must sign in again. */
  credential(accountId: number, signal: AbortSignal): Promise<Secret | undefined>;
  /** The place refused the credential, unless it is not the account's any more: the person may have signed in there again meanwhile. */
  expire(accountId: number, refused: Secret): Promise<void>;
  /**
   * Makes the account the user's; or, where it is that already, notes what has changed.
   * @throws SEXTANT_EXTERNAL_ACCOUNT_TAKEN when it is somebody else's.
   */
  link(
    userId: number,
    account: {
      readonly service: ExternalService;
      /** The entry of `auth.providers` by which the credential can be renewed. */
      readonly providerId?: string;
      readonly accountId: string;
      readonly username: string;
      readonly displayName?: string;
      readonly credential?: ExternalCredential;
    },
  ): Promise<ExternalAccount>;
  /** Forgets it, with its credential and what its provider told of the person's groups. */
  unlink(id: number): Promise<void>;
  /** The same in a transaction that is open, of the database `main`. */
  within(tx: Tx): Pick<ExternalAccounts, 'link' | 'unlink'>;
}
export const externalAccounts = serviceToken<ExternalAccounts>('identity.external-accounts@1');

/** Accounts of a user came, changed or went: what they may see elsewhere may be another. */
export const externalAccountsChanged = defineEvent('identity.external-accounts-changed@1', z.object({ userId: z.number() }));

/** Somebody signed in, by whatever way. */
export const signedIn = defineEvent('identity.signed-in@1', z.object({ userId: z.number() }));

/** Whoever knows the entries of `auth.providers`. */
export interface CredentialRenewal {
  /** A new credential, by the entry that gave the old one. Undefined, or SEXTANT_SIGN_IN_REFUSED: the person must sign in again. */
  renew(providerId: string, credential: ExternalCredential, signal: AbortSignal): Promise<ExternalCredential | undefined>;
}
/** Each part that knows them contributes the same: the first is asked. */
export const credentialRenewal = extensionPoint<CredentialRenewal>('identity.credential-renewal@1');
