import { type Clock, type Secrets, SextantError, type Storage, z } from '@sextant/sdk';
import type { Cookies } from '../sessions/session-cookie.js';
import { hashOf, newUnguessable } from '../unguessable.js';

/** `register`: a new passkey. `authenticate`: a second factor, or a confirmation. `sign-in`: the only step, by somebody who has not said who they are. */
export type CeremonyPurpose = 'register' | 'authenticate' | 'sign-in';

const ceremony = z.object({
  challenge: z.string(),
  purpose: z.enum(['register', 'authenticate', 'sign-in']),
  userId: z.int().optional(),
  /** Base64url; the handle that the new passkey gets. */
  userHandle: z.string().optional(),
  until: z.number(),
});

/** What a browser was asked to sign. */
export type Ceremony = z.output<typeof ceremony>;

/** Milliseconds. */
export const CEREMONY_LASTS = 5 * 60_000;
export const CEREMONY_COOKIE = 'sgk';

interface CeremonyParts {
  readonly db: Storage;
  readonly secrets: Secrets;
  readonly clock: Clock;
  readonly cookies: () => Cookies;
}

/** The challenges of passkeys. Each is in a sealed cookie of the browser that it was made for, and counts once, within five minutes. */
export class PasskeyCeremonies {
  constructor(private readonly parts: CeremonyParts) {}

  newChallenge(): string {
    return newUnguessable();
  }

  /** @returns the cookie that keeps it. */
  begin(begun: Omit<Ceremony, 'until'>): string {
    const { secrets, clock, cookies } = this.parts;
    const sealed = secrets.seal(JSON.stringify({ ...begun, until: clock.now().getTime() + CEREMONY_LASTS }));
    return cookies().ofStep(CEREMONY_COOKIE, Buffer.from(sealed).toString('base64url'), CEREMONY_LASTS);
  }

  /** Takes the one that the browser was asked for. @throws SEXTANT_SIGN_IN_EXPIRED for none, one for something or somebody else, or one that was used. */
  async take(cookieHeader: string | undefined, purpose: CeremonyPurpose, userId: number | undefined): Promise<Ceremony> {
    const { db, clock, cookies } = this.parts;
    const value = cookies().presentedOfStep(cookieHeader, CEREMONY_COOKIE);
    const begun = value === undefined ? undefined : this.#open(value);
    const now = clock.now();
    const hash = begun && hashOf(begun.challenge);
    if (!hash || begun.purpose !== purpose || begun.userId !== userId || begun.until <= now.getTime()) throw ceremonyExpired();
    await db.query('DELETE FROM used_states WHERE expires_at <= $1', [now]);
    const used = await db.query('INSERT INTO used_states (hash, expires_at) VALUES ($1, $2) ON CONFLICT DO NOTHING RETURNING hash', [
      hash,
      new Date(begun.until),
    ]);
    if (used.length === 0) throw ceremonyExpired();
    return begun;
  }

  #open(value: string): Ceremony | undefined {
    try {
      return ceremony.parse(JSON.parse(this.parts.secrets.open(Buffer.from(value, 'base64url').toString()).reveal()));
    } catch {
      // A text that we did not seal, or whose key is gone.
      return undefined;
    }
  }
}

const ceremonyExpired = (): SextantError =>
  new SextantError('SEXTANT_SIGN_IN_EXPIRED', {
    what: 'This browser was not asked for this passkey.',
    why: 'It was asked for more than five minutes ago, for something else, or it was used already.',
    fix: 'Load the page again, and use the passkey once more.',
  });
