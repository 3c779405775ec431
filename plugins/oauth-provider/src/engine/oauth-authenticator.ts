import type { AuditTrail, UserActors } from '@sextant/plugin-identity/api';
import { type Actor, type Authenticator, type Credentials, type Limits, SextantError } from '@sextant/sdk';
import type { GrantStore } from '../storage/grant-store.js';

/** Failures an address may have before it is answered 429: a burst, refilled in a minute. */
const FAILURES = { capacity: 30, per: 60_000 } as const;
const PRESENTED = /^(?:bearer|token)[ \t]+(sgo_[!-~]{1,200})$/i;

export interface AuthenticatorParts {
  readonly grants: GrantStore;
  readonly actors: UserActors;
  readonly limits: Limits;
  readonly audit: AuditTrail;
  readonly process: { readonly externalUrl: string };
}

/** Tells who a request is from by an access token that a program got. */
export class OAuthAuthenticator implements Authenticator {
  readonly name = 'oauth-access-token';

  constructor(private readonly parts: AuthenticatorParts) {}

  /** Programs act for people; nobody signs in by one. */
  async hasCredentials(): Promise<boolean> {
    return false;
  }

  async authenticate(credentials: Credentials): Promise<Actor | undefined> {
    const token = PRESENTED.exec(credentials.headers.authorization?.trim() ?? '')?.[1];
    if (token === undefined) return undefined;
    const { grants, actors, process } = this.parts;
    const holder = await grants.holder(token);
    if (!holder || (holder.audience !== undefined && holder.audience !== process.externalUrl)) throw await this.#refuse(credentials);
    const actor = await actors.actorOf(holder.userId, {
      via: 'token',
      credential: `oauth:${holder.number}`,
      scopes: holder.scopes,
      ...(holder.generation === undefined ? {} : { generation: holder.generation }),
    });
    // Whoever was a person when they said yes and is a service account now, or the other way round, is not who the token was made for.
    if (!actor || (actor.serviceAccount ?? false) !== (holder.kind === 'ClientCredentials')) throw await this.#refuse(credentials);
    return actor;
  }

  async #refuse({ headers, remoteAddress }: Credentials): Promise<SextantError> {
    const limit = await this.parts.limits.take(`auth-failures:${remoteAddress}`, FAILURES);
    if (!limit.allowed) {
      // No log line: whoever sends thousands of wrong tokens must not fill the log.
      return new SextantError('SEXTANT_OAUTH_THROTTLED', {
        what: 'Too many invalid credentials came from this address.',
        fix: 'Correct the credential, and wait before the next try.',
        details: { retryAfter: limit.retryAfter },
      });
    }
    this.parts.audit.observe(
      'oauth.accessToken',
      'failed',
      { ip: remoteAddress, userAgent: headers['user-agent'], forwardedFor: headers['x-forwarded-for'] },
      { reason: 'unknown' },
    );
    return new SextantError('SEXTANT_OAUTH_TOKEN_INVALID', {
      what: 'The access token is not valid.',
      why: 'It is unknown, revoked or expired.',
      fix: 'Have the program refresh it, or sign in again.',
    });
  }
}
