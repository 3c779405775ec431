import { type Actor, type Authenticator, type Credentials, SextantError } from '@sextant/sdk';
import type { Activity } from '../activity.js';
import type { AuditActor, AuditTrail, Users, WrongCredentials } from '../api.js';
import type { AccountActors } from '../roles/user-actors.js';
import type { TokenHolder } from '../storage/access-token-store.js';
import { API_SCOPES } from './access-token.js';
import type { AccessTokens } from './access-tokens.js';
import { parseAuthorization } from './authorization-header.js';

/** Tells who a request is from by its access token. One that is there and wrong is refused, in local mode too. */
export class TokenAuthenticator implements Authenticator {
  readonly name = 'access-token';

  constructor(
    private readonly tokens: AccessTokens,
    private readonly users: Users,
    private readonly actors: AccountActors,
    private readonly wrong: WrongCredentials,
    private readonly audit: AuditTrail,
    private readonly activity: Activity,
  ) {}

  async hasCredentials(): Promise<boolean> {
    return this.tokens.anyLive();
  }

  async authenticate(credentials: Credentials): Promise<Actor | undefined> {
    const presented = parseAuthorization(credentials.headers.authorization);
    if (!presented || presented.kind === 'foreign') return undefined;
    if (presented.kind === 'malformed') throw await this.#refuse(credentials, 'malformed');
    const verdict = await this.tokens.verify(presented.token);
    if (!verdict.ok) throw await this.#refuse(credentials, verdict.reason, verdict.tokenId);
    if (!verdict.holder.scopes.some((scope) => API_SCOPES.includes(scope)))
      throw await this.#refuse(credentials, 'scope', verdict.holder.id);
    await this.activity.note(verdict.holder.subjectUserId);
    if (presented.kind === 'token') return this.#holderActor(verdict.holder);
    return this.#impersonate(verdict.holder, presented.username, auditActor(credentials));
  }

  #holderActor(holder: TokenHolder): Actor {
    return this.actors.of(
      { ...holder, id: holder.subjectUserId },
      { via: 'token', credential: `token:${holder.id}`, scopes: holder.scopes },
    );
  }

  async #impersonate(holder: TokenHolder, username: string, who: AuditActor): Promise<Actor> {
    const owner = { ...who, actor: this.#holderActor(holder), fromAccessTokenId: holder.id };
    // The order matters: who may not act for others must not learn which users exist.
    const why = !holder.siteAdmin
      ? 'Its owner is not a site admin.'
      : !(holder.scopes.includes('site-admin:sudo') && holder.scopes.includes('user:all'))
        ? 'The token has not the scope site-admin:sudo.'
        : undefined;
    const target = why ? undefined : await this.users.byUsername(username);
    const actor =
      target && (await this.actors.actorOf(target.id, { via: 'token', credential: `token:${holder.id}`, scopes: ['user:all'] }));
    if (!actor) {
      this.audit.observe('auth.accessToken', 'failed', owner, { reason: why ? 'sudo' : 'sudo-user-unknown' });
      throw new SextantError('SEXTANT_AUTH_SUDO_FORBIDDEN', {
        what: 'The access token may not be used to act as this user.',
        why: why ?? 'There is no such user.',
        fix: 'Use a token of a site admin with the scope site-admin:sudo, and the name of an existing user.',
      });
    }
    this.audit.observe('auth.accessToken', 'impersonated', owner, { impersonatedUID: String(actor.userId) });
    return actor;
  }

  async #refuse(from: Credentials, reason: string, tokenId?: number): Promise<SextantError> {
    const who = tokenId === undefined ? {} : { fromAccessTokenId: tokenId };
    await this.wrong.came({ entity: 'auth.accessToken', action: reason === 'scope' ? 'failed' : 'invalid', reason, from, who });
    return new SextantError('SEXTANT_AUTH_INVALID', {
      what: 'The access token is not valid.',
      why: 'It is malformed, unknown, revoked or expired.',
      fix: 'Create a new one in your settings, or with: sextant token create.',
    });
  }
}

const auditActor = ({ headers, remoteAddress }: Credentials): AuditActor => ({
  ip: remoteAddress,
  userAgent: headers['user-agent'],
  forwardedFor: headers['x-forwarded-for'],
});
