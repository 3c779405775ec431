import type { AuditActor, ExternalAccounts, ExternalIdentity, UserActors, WrongCredentials } from '@sextant/plugin-identity/api';
import { type Actor, type Authenticator, type Credentials, SextantError } from '@sextant/sdk';
import type { LiveAuthSettings } from '../configuration/auth-settings.js';
import type { Way } from '../configuration/provider-entries.js';
import type { People } from '../engine/people.js';

interface HeaderParts {
  readonly settings: LiveAuthSettings;
  readonly external: ExternalAccounts;
  readonly people: People;
  readonly actors: UserActors;
  readonly wrong: WrongCredentials;
}

/** Tells who a request is from by what a proxy says in it. There is no session: who the proxy lets in no more is out with the next request. */
export class HeaderAuthenticator implements Authenticator {
  readonly name = 'http-header';

  constructor(private readonly parts: HeaderParts) {}

  async hasCredentials(): Promise<boolean> {
    return false;
  }

  async authenticate(credentials: Credentials): Promise<Actor | undefined> {
    // A token says more clearly whose request it is meant to be.
    if (credentials.headers['authorization'] !== undefined) return undefined;
    for (const way of (await this.parts.settings.current()).ways) {
      const actor = way.noSignIn ? undefined : await this.#by(way, credentials);
      if (actor) return actor;
    }
    return undefined;
  }

  async #by(way: Way, credentials: Credentials): Promise<Actor | undefined> {
    const { external, people, actors } = this.parts;
    const identity = await this.#identify(way, credentials);
    if (!identity) return undefined;
    const known = (await external.byAccountIds(way.service, [identity.accountId])).get(identity.accountId);
    const userId = known?.userId ?? (await people.find(way, identity, arriving(credentials))).user.id;
    return actors.actorOf(userId, { via: 'session', credential: `${way.provider.type}:${userId}` });
  }

  /** A header that is not believed is noted, so that somebody sees who tries it. */
  async #identify(way: Way, credentials: Credentials): Promise<ExternalIdentity | undefined> {
    try {
      return await way.provider.identify?.(way, credentials);
    } catch (error) {
      if (SextantError.is(error) && error.code === 'SEXTANT_SIGN_IN_PROXY')
        await this.parts.wrong.came({ entity: 'auth.httpHeader', reason: String(error.details['reason']), from: credentials });
      throw error;
    }
  }
}

const arriving = ({ headers, remoteAddress }: Credentials): AuditActor => ({
  ip: remoteAddress,
  userAgent: headers['user-agent'],
  forwardedFor: headers['x-forwarded-for'],
});
