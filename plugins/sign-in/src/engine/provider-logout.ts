import { createHash } from 'node:crypto';
import type { AuditActor, AuditTrail, ProviderSession } from '@sextant/plugin-identity/api';
import { type Logger, Secret, type Secrets, SextantError, type Storage } from '@sextant/sdk';
import type { LiveAuthSettings } from '../configuration/auth-settings.js';
import type { Way } from '../configuration/provider-entries.js';
import { type KeptProviderSession, type Session, SessionStore } from '../storage/session-store.js';

interface LogoutParts {
  readonly db: Storage;
  readonly settings: LiveAuthSettings;
  readonly secrets: Secrets;
  readonly audit: AuditTrail;
  readonly log: Logger;
  readonly externalUrl: () => string;
}

/** Signing out here and at the provider together, where an entry says so. */
export class ProviderLogout {
  constructor(private readonly parts: LogoutParts) {}

  /** What is kept with a session of ours. */
  kept(way: Way, session: ProviderSession | undefined): KeptProviderSession | undefined {
    if (!session) return undefined;
    return { names: session.names.map((name) => keyOf(way, name)), sealed: this.parts.secrets.seal(session.kept.reveal()) };
  }

  /** Where the browser goes on whose session has ended; undefined: nowhere, also when the provider does not answer. */
  async begin(ended: Session | undefined, signal: AbortSignal): Promise<string | undefined> {
    if (ended?.providerSession === undefined) return undefined;
    const { settings, secrets, log } = this.parts;
    const way = await settings.way(ended.way);
    try {
      const kept = new Secret(secrets.open(ended.providerSession.sealed).reveal());
      const url = await way?.provider.redirect?.logout?.begin(way, { kept, logoutUrl: this.#url(way.provider.type), signal });
      return url !== undefined && /^https?:$/.test(new URL(url).protocol) ? url : undefined;
    } catch (error) {
      log.warn('Somebody who signed out could not be taken to their provider to do so there.', { provider: ended.way, error });
      return undefined;
    }
  }

  /** What a provider tells of sessions that end. @returns where the browser that brought it goes, if one did. @throws SEXTANT_SIGN_IN_LOGOUT */
  async told(type: string, parameters: URLSearchParams, who: AuditActor, signal: AbortSignal): Promise<string | undefined> {
    const { db, settings, audit, log } = this.parts;
    let refused: unknown;
    for (const way of (await settings.current()).ways) {
      const logout = way.provider.type === type ? way.provider.redirect?.logout : undefined;
      if (!logout) continue;
      const proved = await logout.finish(way, { parameters, logoutUrl: this.#url(type), signal }).catch((error: unknown) => {
        refused = error;
        return undefined;
      });
      if (!proved) continue;
      await db.transaction(async (tx) => {
        const ended = await new SessionStore(tx).endNamed(proved.names.map((name) => keyOf(way, name)));
        for (const userId of new Set(ended)) {
          const sessions = ended.filter((one) => one === userId).length;
          await audit.record('user.session', 'ended', who, { subjectUID: String(userId), sessions, provider: way.id }, { tx });
        }
      });
      return proved.goOn;
    }
    if (refused !== undefined) log.warn('What a provider told of sessions that end proves nothing.', { type, error: refused });
    throw new SextantError('SEXTANT_SIGN_IN_LOGOUT', {
      what: 'This proves of no session that it ended.',
      fix: 'Check "logout" of the entry in auth.providers; a site admin sees the cause in the log.',
    });
  }

  #url(type: string): string {
    return `${this.parts.externalUrl()}/.auth/${type}/logout`;
  }
}

const keyOf = ({ service }: Way, name: string): Buffer =>
  createHash('sha256')
    .update(JSON.stringify([service.type, service.id, name]))
    .digest();
