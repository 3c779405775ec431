import type { AuditActor, ExternalAccounts, ExternalIdentity, UserActors, WrongCredentials } from '@sextant/plugin-identity/api';
import { type Actor, type Authenticator, type Credentials, SextantError } from '@sextant/sdk';
import type { LiveAuthSettings } from '../configuration/auth-settings.js';
import type { Way } from '../configuration/provider-entries.js';
import type { People } from '../engine/people.js';
import type { StepUp } from '../step-up/step-up.js';
import type { Cookies } from './session-cookie.js';
import type { Sessions } from './sessions.js';

interface HeaderParts {
  readonly settings: LiveAuthSettings;
  readonly external: ExternalAccounts;
  readonly people: People;
  readonly actors: UserActors;
  readonly wrong: WrongCredentials;
  readonly sessions: Pick<Sessions, 'confirmation'>;
  readonly stepUp: () => Pick<StepUp, 'methods'>;
  readonly cookies: () => Cookies;
}

/**
 * Tells who a request is from by what a proxy says in it. There is no session: who the proxy lets in no more is out with the next
 * request. The session that the browser may have tells only when the person last confirmed who they are.
 */
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
    const actor = await actors.actorOf(userId, { via: 'session', credential: `${way.provider.type}:${userId}` });
    return actor && { ...actor, confirmation: await this.#confirmation(way, userId, credentials) };
  }

  /** Whoever has nothing to confirm with is known by the proxy alone, whose word must do. */
  async #confirmation(way: Way, userId: number, { headers }: Credentials): Promise<NonNullable<Actor['confirmation']>> {
    const { sessions, stepUp, cookies } = this.parts;
    const confirmation = await sessions.confirmation(cookies().presentedSession(headers['cookie']), userId, way.id);
    if (confirmation.recent || (way.config as { vouchesForRecentSignIn?: boolean }).vouchesForRecentSignIn)
      return { ...confirmation, recent: true };
    return { ...confirmation, recent: (await stepUp().methods({ id: userId })).length === 0 };
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
