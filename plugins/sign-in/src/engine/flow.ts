import { createHash } from 'node:crypto';
import type { ExternalIdentity } from '@sextant/plugin-identity/api';
import { type Clock, type Secrets, SextantError, type Storage, z } from '@sextant/sdk';
import type { Cookies } from '../sessions/session-cookie.js';
import { hashOf, newUnguessable } from '../unguessable.js';

const flow = z.object({
  state: z.string(),
  way: z.string(),
  returnTo: z.string(),
  kept: z.record(z.string(), z.string()),
  /** Whose account it is to be linked to: the session that asked. */
  linkFor: z.int().optional(),
  /** The session whose person is to prove once more who they are. */
  confirmFor: z.int().optional(),
  until: z.number(),
});

/** Somebody's way to a provider and back. */
export type Flow = z.output<typeof flow>;

const LASTS = 10 * 60_000;
/** What browsers keep of a cookie. */
const LONGEST = 3_900;

/**
 * The state of sign-ins that are at a provider. It is in the browser that began them, sealed, so that an answer counts in that browser alone; and once,
 * within ten minutes.
 */
export class Flows {
  constructor(
    private readonly parts: { readonly db: Storage; readonly secrets: Secrets; readonly clock: Clock; readonly cookies: Cookies },
  ) {}

  newState(): string {
    return newUnguessable();
  }

  /** @returns the cookie that keeps it. */
  keep(begun: Omit<Flow, 'until'>): string {
    const { secrets, clock, cookies } = this.parts;
    const value = Buffer.from(secrets.seal(JSON.stringify({ ...begun, until: clock.now().getTime() + LASTS }))).toString('base64url');
    if (value.length > LONGEST)
      throw new SextantError('SEXTANT_SIGN_IN_PROVIDER', {
        what: 'The provider keeps more than a browser takes.',
        fix: 'Begin again from a shorter address.',
      });
    return cookies.flow(nameOf(begun.state), value, LASTS);
  }

  /** The cookie that ends it in the browser. */
  forget(state: string): string {
    return this.parts.cookies.flow(nameOf(state), '', 0);
  }

  /** @returns undefined when this browser began none by that state. @throws SEXTANT_SIGN_IN_EXPIRED for one that is used or too old. */
  async take(state: string, cookieHeader: string | undefined): Promise<Flow | undefined> {
    const hash = hashOf(state);
    const value = hash && this.parts.cookies.presentedFlow(cookieHeader, nameOf(state));
    if (!value) return undefined;
    const begun = this.#open(value);
    const now = this.parts.clock.now();
    if (begun?.state !== state || begun.until <= now.getTime()) throw expired();
    await this.#useOnce(hash, new Date(begun.until));
    return begun;
  }

  /** Marks what proved a sign-in of an entry as used. @throws SEXTANT_SIGN_IN_EXPIRED when it was before, in whatever process. */
  async use(way: string, { id, until }: NonNullable<ExternalIdentity['proof']>): Promise<void> {
    await this.#useOnce(
      createHash('sha256')
        .update(JSON.stringify([way, id]))
        .digest(),
      until,
    );
  }

  async #useOnce(hash: Buffer, until: Date): Promise<void> {
    const { db, clock } = this.parts;
    await db.query('DELETE FROM used_states WHERE expires_at <= $1', [clock.now()]);
    const used = await db.query('INSERT INTO used_states (hash, expires_at) VALUES ($1, $2) ON CONFLICT DO NOTHING RETURNING hash', [
      hash,
      until,
    ]);
    if (used.length === 0) throw expired();
  }

  #open(value: string): Flow | undefined {
    try {
      return flow.parse(JSON.parse(this.parts.secrets.open(Buffer.from(value, 'base64url').toString()).reveal()));
    } catch {
      // A text that we did not seal, or whose key is gone.
      return undefined;
    }
  }
}

export const expired = (): SextantError =>
  new SextantError('SEXTANT_SIGN_IN_EXPIRED', {
    what: 'This answer belongs to no sign-in that is under way in this browser.',
    why: 'It was begun elsewhere or more than ten minutes ago, or the answer was used before.',
    fix: 'Begin again on the sign-in page.',
  });

const nameOf = (state: string): string => `sgf_${createHash('sha256').update(state).digest('hex').slice(0, 16)}`;
