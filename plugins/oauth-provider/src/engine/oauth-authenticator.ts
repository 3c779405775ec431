import type { UserActors, WrongCredentials } from '@sextant/plugin-identity/api';
import { type Actor, type Authenticator, type Credentials, SextantError } from '@sextant/sdk';
import type { GrantStore } from '../storage/grant-store.js';

const PRESENTED = /^(?:bearer|token)[ \t]+(sgo_[!-~]{1,200})$/i;

export interface AuthenticatorParts {
  readonly grants: GrantStore;
  readonly actors: UserActors;
  readonly wrong: WrongCredentials;
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

  async #refuse(from: Credentials): Promise<SextantError> {
    await this.parts.wrong.came({ entity: 'oauth.accessToken', action: 'invalid', reason: 'unknown', from });
    return new SextantError('SEXTANT_OAUTH_TOKEN_INVALID', {
      what: 'The access token is not valid.',
      why: 'It is unknown, revoked or expired.',
      fix: 'Have the program refresh it, or sign in again.',
    });
  }
}
