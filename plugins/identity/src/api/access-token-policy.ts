import { serviceToken, z } from '@sextant/sdk';

/** Who may create access tokens, and for how long they last. */
export interface AccessTokenPolicy {
  readonly allow: 'all-users-create' | 'site-admin-create' | 'none';
  readonly allowNoExpiration: boolean;
  /** Live tokens a person may have. */
  readonly maxTokensPerUser: number;
  /** Days that are offered; the longest is the limit. */
  readonly expirationOptionDays: readonly number[];
  readonly defaultExpirationDays: number;
}

const days = z.number().int().min(1).max(3650);

/** What configurations say of it. The names are the field's. */
export const accessTokenKeys = {
  allow: z.enum(['all-users-create', 'site-admin-create', 'none']).describe('Who may create access tokens'),
  allowNoExpiration: z.boolean().describe('Tokens may be created that never expire'),
  maxTokensPerUser: z.number().int().min(1).max(10_000).describe('Live tokens a person may have'),
  expirationOptionDays: z.array(days).min(1).describe('Days that are offered when a token is created; the longest is the limit'),
  defaultExpirationDays: days.describe('Days a token lasts when nothing else is said'),
} as const;

/** As it stands now: what the site configuration says, else what the configuration of the plugin does. */
export const accessTokenPolicy = serviceToken<{ current(): Promise<AccessTokenPolicy> }>('identity.access-token-policy@1');
