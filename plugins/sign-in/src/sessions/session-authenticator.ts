import { type Actor, ANONYMOUS, type Authenticator, type Credentials } from '@sextant/sdk';
import type { LiveAuthSettings } from '../configuration/auth-settings.js';
import type { Cookies } from './session-cookie.js';
import type { Sessions } from './sessions.js';

export const GUEST: Actor = Object.freeze({ ...ANONYMOUS, guest: true });

interface AuthenticatorParts {
  readonly sessions: Sessions;
  readonly settings: LiveAuthSettings;
  readonly cookies: () => Cookies;
  /** Whether somebody could come in, or the first admin be made. */
  readonly hasCredentials: () => Promise<boolean>;
}

/**
 * Tells who a request is from by its session. A session that is over is nobody's, and no error: the browser sends it until it is told otherwise, to the
 * sign-in page too. Where people sign in, nobody is the local admin for bringing nothing.
 */
export class SessionAuthenticator implements Authenticator {
  readonly name = 'session';

  constructor(private readonly parts: AuthenticatorParts) {}

  hasCredentials(): Promise<boolean> {
    return this.parts.hasCredentials();
  }

  async authenticate({ headers, remoteAddress, localMode }: Credentials): Promise<Actor | undefined> {
    // A token says more clearly whose request it is meant to be.
    if (headers['authorization'] !== undefined) return undefined;
    const presented = this.parts.cookies().presentedSession(headers['cookie']);
    if (presented === undefined && !localMode) return undefined;
    const settings = await this.parts.settings.current();
    if (!settings.enabled) return undefined;
    const found = presented === undefined || presented === 'several' ? undefined : await this.parts.sessions.find(presented, remoteAddress);
    return found?.actor ?? (localMode ? nobody(settings) : undefined);
  }
}

/** Asked last: who brought nothing is a guest where the site has them. */
export class GuestAuthenticator implements Authenticator {
  readonly name = 'guest';
  readonly fallback = true;

  constructor(private readonly settings: LiveAuthSettings) {}

  async hasCredentials(): Promise<boolean> {
    return false;
  }

  async authenticate({ headers }: Credentials): Promise<Actor | undefined> {
    if (headers['authorization'] !== undefined) return undefined;
    const settings = await this.settings.current();
    return settings.enabled && nobody(settings) === GUEST ? GUEST : undefined;
  }
}

const nobody = ({ configuration }: Awaited<ReturnType<LiveAuthSettings['current']>>): Actor =>
  configuration['auth.anonymousAccess'] === 'public-repositories' ? GUEST : ANONYMOUS;
