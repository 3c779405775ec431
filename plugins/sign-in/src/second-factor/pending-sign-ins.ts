import type { User, Users } from '@sextant/plugin-identity/api';
import { type Clock, type Queryable, SextantError, type Storage } from '@sextant/sdk';
import type { KeptProviderSession } from '../storage/session-store.js';
import { hashOf, newUnguessable } from '../unguessable.js';

/** A sign-in whose person has proved the first factor, and not yet the second. There is no session, and nothing but the page that asks for the second factor takes it. */
export interface PendingSignIn {
  /** As they were when the first factor was proved. */
  readonly user: User;
  readonly way: string;
  readonly externalAccountId: number | undefined;
  readonly providerSession: KeptProviderSession | undefined;
  readonly returnTo: string;
}

interface PendingRow {
  user_id: number;
  generation: number;
  site_admin: boolean;
  way: string;
  external_account_id: number | null;
  provider_names: Buffer[];
  sealed_provider: string | null;
  return_to: string;
}

/** Milliseconds. */
export const PENDING_LASTS = 5 * 60_000;

const COLUMNS = 'user_id, generation, site_admin, way, external_account_id, provider_names, sealed_provider, return_to';

export class PendingSignIns {
  constructor(private readonly parts: { readonly db: Storage; readonly clock: Clock; readonly users: Users }) {}

  /** @returns the text that the browser keeps; only its SHA-256 is stored. */
  async begin({ user, way, externalAccountId, providerSession, returnTo }: PendingSignIn): Promise<string> {
    const { db, clock } = this.parts;
    const text = newUnguessable();
    await db.query('DELETE FROM pending_sign_ins WHERE expires_at <= $1', [clock.now()]);
    await db.query(`INSERT INTO pending_sign_ins (hash, ${COLUMNS}, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`, [
      hashOf(text),
      user.id,
      user.credentialGeneration,
      user.siteAdmin,
      way,
      externalAccountId ?? null,
      providerSession?.names ?? [],
      providerSession?.sealed ?? null,
      returnTo,
      new Date(clock.now().getTime() + PENDING_LASTS),
    ]);
    return text;
  }

  /** Undefined for one that is none, over, or of a user whose rights or credentials have changed since. */
  async find(text: string | undefined): Promise<PendingSignIn | undefined> {
    return this.#find(`SELECT ${COLUMNS} FROM pending_sign_ins WHERE hash = $1 AND expires_at > $2`, text);
  }

  /** Ends it, to make a session of it. Of several who do so at once, one. @throws SEXTANT_SIGN_IN_EXPIRED */
  async finish(text: string | undefined): Promise<PendingSignIn> {
    const pending = await this.#find(`DELETE FROM pending_sign_ins WHERE hash = $1 AND expires_at > $2 RETURNING ${COLUMNS}`, text);
    if (!pending) throw pendingExpired();
    return pending;
  }

  async dropOf(db: Queryable, userId: number): Promise<void> {
    await db.query('DELETE FROM pending_sign_ins WHERE user_id = $1', [userId]);
  }

  async #find(sql: string, text: string | undefined): Promise<PendingSignIn | undefined> {
    const hash = text === undefined ? undefined : hashOf(text);
    const [row] = hash ? await this.parts.db.query<PendingRow>(sql, [hash, this.parts.clock.now()]) : [];
    const user = row && (await this.parts.users.byId(row.user_id));
    if (!user || user.serviceAccount || user.credentialGeneration !== row.generation || user.siteAdmin !== row.site_admin) return undefined;
    return {
      user,
      way: row.way,
      externalAccountId: row.external_account_id ?? undefined,
      providerSession: row.sealed_provider === null ? undefined : { names: row.provider_names, sealed: row.sealed_provider },
      returnTo: row.return_to,
    };
  }
}

export const pendingExpired = (): SextantError =>
  new SextantError('SEXTANT_SIGN_IN_EXPIRED', {
    what: 'This sign-in is over.',
    why: 'The second factor must follow within five minutes, in the same browser, and counts once.',
    fix: 'Sign in again.',
  });
