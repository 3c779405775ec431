import { extensionPoint } from '@sextant/sdk';
import type { AccessTokenPolicy } from './access-token-policy.js';

/** What the site configuration says about accounts. */
export interface AccountPolicy {
  /** Names of the organisations that every new account joins; those that are nobody's are left out. */
  newcomerOrganizations(): Promise<readonly string[]>;
  /** People without an account may ask for one. */
  takesAccessRequests(): Promise<boolean>;
  /** People may change their own user name; site admins always may. */
  allowsUsernameChanges(): Promise<boolean>;
  /** By what people choose or change their own user names, each in words that name its key; empty: only site admins and directories name people. */
  waysToChooseNames(): Promise<readonly string[]>;
  /** What it says of access tokens. What it leaves out is as the plugin's configuration has it. */
  accessTokens(): Promise<{ readonly [K in keyof AccessTokenPolicy]?: AccessTokenPolicy[K] | undefined }>;
}

/** A point, since the site configuration needs this plugin. Nobody: no organisations, requests are taken, and names stay. */
export const accountPolicy = extensionPoint<AccountPolicy>('identity.account-policy@1', { arity: 'one' });
