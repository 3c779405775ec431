import { timingSafeEqual } from 'node:crypto';
import { type Clock, type Secret, SextantError, type Storage, type Tx } from '@sextant/sdk';
import { type Alongside, userNotFound } from '../accounts/accounts.js';
import type { AccessTokenPolicy, User } from '../api.js';
import { type AccessToken, AccessTokenStore, type TokenHolder } from '../storage/access-token-store.js';
import { UserStore } from '../storage/user-store.js';
import { API_SCOPES, generateToken, isTokenScope, TOKEN_SCOPES, tokenHash } from './access-token.js';

export interface TokenRequest {
  /** Whom the token stands for. */
  readonly subject: User;
  /** Undefined: the operator, at the command line. */
  readonly creator:
    | {
        readonly userId: number;
        readonly siteAdmin: boolean;
        /** Who may know the token by which the creator asks. */
        readonly behind: readonly number[];
      }
    | undefined;
  readonly scopes: readonly string[];
  readonly note: string;
  /** Seconds; undefined: the site's default; `never`: no expiry. */
  readonly duration: number | 'never' | undefined;
}

export type TokenVerdict =
  | { readonly ok: true; readonly holder: TokenHolder }
  | { readonly ok: false; readonly reason: 'malformed' | 'unknown' | 'expired'; readonly tokenId?: number };

const DAY = 86_400;
const MAX_NOTE = 1000;
// Notes are shown on terminals, which obey some of these.
const CONTROL = /\p{Cc}/u;
const TOUCH_INTERVAL = 5 * 60_000;

/** Issues, verifies and revokes access tokens. A look-up always asks the database, so that a revocation holds from its commit on. */
export class AccessTokens {
  readonly #store: AccessTokenStore;

  constructor(
    private readonly db: Storage,
    private readonly clock: Clock,
    private readonly policy: () => Promise<AccessTokenPolicy>,
  ) {
    this.#store = new AccessTokenStore(db);
  }

  /** The only moment at which the token's text exists outside its owner's hands. */
  async issue(request: TokenRequest, alongside?: Alongside<AccessToken>): Promise<{ readonly token: AccessToken; readonly text: Secret }> {
    const policy = await this.policy();
    mayIssue(request, policy);
    const scopes = checkedScopes(request);
    const note = request.note.trim();
    if (note === '' || note.length > MAX_NOTE || CONTROL.test(note))
      throw malformed(`The note must have 1 to ${MAX_NOTE} printable characters.`);
    const madeBy = request.creator ? [...new Set([request.creator.userId, ...request.creator.behind])] : [];
    const createdAt = this.clock.now();
    const seconds = lifetime(request, policy);
    const expiresAt = seconds === undefined ? undefined : new Date(createdAt.getTime() + seconds * 1000);
    return this.db.transaction(async (tx) => {
      const store = new AccessTokenStore(tx);
      // Holds the account, so that two requests cannot both take the last place, and a deletion waits or has happened.
      await tx.query('select 1 from users where id = $1 for update', [request.subject.id]);
      if (!(await new UserStore(tx).byId(request.subject.id))) throw userNotFound();
      // Held as well: who loses the rights at this moment must not keep a token that is made at this moment.
      const others = madeBy.filter((id) => id !== request.subject.id);
      const admins = await tx.query('select 1 from users where id = any($1::int[]) and site_admin for share', [others]);
      if (admins.length < others.length) throw refused('It would stand for somebody else.');
      if ((await store.countLive(request.subject.id, createdAt)) >= policy.maxTokensPerUser) {
        throw new SextantError('SEXTANT_ACCESS_TOKEN_LIMIT', {
          what: `The user "${request.subject.username}" has ${policy.maxTokensPerUser} live access tokens.`,
          why: 'The site allows no more.',
          fix: 'Revoke one that is no longer used.',
        });
      }
      const { text, hash } = generateToken(await store.instance());
      const values = {
        subjectUserId: request.subject.id,
        creatorUserId: request.creator?.userId,
        madeBy,
        note,
        scopes,
        internal: false,
        createdAt,
        expiresAt,
      };
      const id = await store.insert({ ...values, hash });
      const token = { id, ...values, lastUsedAt: undefined };
      await alongside?.(tx, token);
      return { token, text };
    });
  }

  async verify(text: string): Promise<TokenVerdict> {
    const hash = tokenHash(text);
    if (!hash) return { ok: false, reason: 'malformed' };
    const holder = await this.#store.byHash(hash);
    if (!holder || !timingSafeEqual(hash, holder.hash)) return { ok: false, reason: 'unknown' };
    const now = this.clock.now();
    if (holder.expiresAt && holder.expiresAt <= now) return { ok: false, reason: 'expired', tokenId: holder.id };
    const throttle = new Date(now.getTime() - TOUCH_INTERVAL);
    if (!holder.lastUsedAt || holder.lastUsedAt < throttle) await this.#store.touch(holder.id, now, throttle);
    return { ok: true, holder };
  }

  /** All that stand for the user. @returns how many there were. */
  async revokeAll(userId: number): Promise<number> {
    const sql = 'update access_tokens set revoked_at = $2 where subject_user_id = $1 and revoked_at is null returning id';
    return (await this.db.query(sql, [userId, this.clock.now()])).length;
  }

  /** @returns false when there was nothing to revoke; `alongside` is not called then. */
  async revoke(id: number, alongside: (tx: Tx) => Promise<void>): Promise<boolean> {
    return this.db.transaction(async (tx) => {
      const revoked = await new AccessTokenStore(tx).revoke(id, this.clock.now());
      if (revoked) await alongside(tx);
      return revoked;
    });
  }

  async byId(id: number): Promise<AccessToken | undefined> {
    return this.#store.byId(id);
  }

  async byText(text: string): Promise<TokenHolder | undefined> {
    const hash = tokenHash(text);
    return hash && this.#store.byHash(hash);
  }

  async anyLive(): Promise<boolean> {
    return this.#store.anyLive(this.clock.now());
  }

  async list(filter: { readonly subject?: number; readonly limit: number; readonly beforeId?: number }): Promise<readonly AccessToken[]> {
    return this.#store.list(filter);
  }

  async count(subject: number): Promise<number> {
    return this.#store.count(subject);
  }
}

function mayIssue({ creator, subject }: TokenRequest, policy: AccessTokenPolicy): void {
  if (!creator) return;
  if (!creator.siteAdmin && creator.userId !== subject.id) throw refused('It would stand for somebody else.');
  if (policy.allow === 'none') throw refused('The site has access tokens switched off.');
  if (policy.allow === 'site-admin-create' && !creator.siteAdmin) throw refused('Only site admins create access tokens on this site.');
}

function checkedScopes({ scopes, creator, subject }: TokenRequest): readonly string[] {
  const unknown = scopes.find((scope) => !isTokenScope(scope));
  if (unknown !== undefined) throw malformed(`"${unknown.slice(0, 50)}" is not a scope; the scopes are ${TOKEN_SCOPES.join(', ')}.`);
  if (!scopes.some((scope) => API_SCOPES.includes(scope))) throw malformed(`A token needs one of the scopes ${API_SCOPES.join(', ')}.`);
  if (scopes.includes('site-admin:sudo') && !scopes.includes('user:all'))
    throw malformed('The scope site-admin:sudo goes with user:all only.');
  if (scopes.includes('site-admin:sudo') && !(subject.siteAdmin && (creator?.siteAdmin ?? true))) {
    throw new SextantError('SEXTANT_ACCESS_TOKEN_REFUSED', {
      what: 'The scope site-admin:sudo is for site admins.',
      fix: 'Leave it out, or create the token as and for a site admin.',
    });
  }
  return [...new Set(scopes)];
}

/** Seconds, or undefined for a token that does not expire. */
function lifetime({ duration, creator }: TokenRequest, policy: AccessTokenPolicy): number | undefined {
  if (duration === 'never' || (duration === undefined && policy.allowNoExpiration)) {
    if (policy.allowNoExpiration || !creator) return undefined;
    throw malformed('Access tokens of this site must expire.');
  }
  const seconds = duration ?? policy.defaultExpirationDays * DAY;
  const limit = Math.max(policy.defaultExpirationDays, ...policy.expirationOptionDays) * DAY;
  if (!Number.isInteger(seconds) || seconds < 1) throw malformed('The expiry must be a whole number of seconds, at least 1.');
  if (seconds > limit && creator && !policy.allowNoExpiration) throw malformed(`The expiry must be at most ${limit / DAY} days.`);
  return seconds;
}

const refused = (why: string): SextantError =>
  new SextantError('SEXTANT_ACCESS_TOKEN_REFUSED', { what: 'You may not create this access token.', why, fix: 'Ask a site admin.' });
const malformed = (why: string): SextantError =>
  new SextantError('SEXTANT_ACCESS_TOKEN_INVALID', { what: 'The access token cannot be created.', why, fix: 'Correct the request.' });
