import type { AuditActor, AuditTrail, User } from '@sextant/plugin-identity/api';
import { type Clock, type Secrets, SextantError, type Storage, z } from '@sextant/sdk';
import { SecondFactorStore, type TotpLockout } from './second-factor-store.js';
import { newTotpSecret, totpStep, totpUri } from './totp.js';

interface TotpFactorParts {
  readonly db: Storage;
  readonly secrets: Secrets;
  readonly clock: Clock;
  readonly audit: AuditTrail;
  readonly externalUrl: () => string;
}

/** A secret that is shown to its person, and that is not theirs yet. */
export interface TotpEnrolment {
  /** Base32, to be typed. */
  readonly secret: string;
  /** For the QR code. */
  readonly uri: string;
  /** What the page's form carries: the secret, for this user alone. */
  readonly sealed: string;
}

/** A secret that its person has proved to have. */
export interface ProvedTotp {
  readonly sealedSecret: string;
  readonly step: number;
}

const enrolment = z.object({ userId: z.int(), secret: z.string(), until: z.number() });
/** Milliseconds in which a secret that was shown must be proved. */
const ENROLMENT_LASTS = 30 * 60_000;
/**
 * Whoever tries codes knows the password already. After the first five wrong ones each further one waits twice as long, up to an hour: at 24 attempts a day, of
 * which each hits one of three codes that are right, a guess takes decades.
 */
const LOCKOUT: TotpLockout = { free: 5, first: 30_000, longest: 3_600_000 };

/** Codes of an authenticator app (RFC 6238). */
export class TotpFactor {
  readonly #store: SecondFactorStore;

  constructor(private readonly parts: TotpFactorParts) {
    this.#store = new SecondFactorStore(parts.db);
  }

  /** A new secret to show. Nothing is stored before a code of it was given. */
  begin(user: User): TotpEnrolment {
    const { secrets, clock } = this.parts;
    const secret = newTotpSecret();
    const sealed = secrets.seal(JSON.stringify({ userId: user.id, secret, until: clock.now().getTime() + ENROLMENT_LASTS }));
    return this.#shown(user, secret, sealed);
  }

  /** The same secret once more, after a wrong code. @throws SEXTANT_SIGN_IN_EXPIRED */
  again(user: User, sealed: string): TotpEnrolment {
    return this.#shown(user, this.#open(user, sealed), sealed);
  }

  /** @throws SEXTANT_SIGN_IN_EXPIRED, SEXTANT_SIGN_IN_CODE */
  prove(user: User, sealed: string, code: string): ProvedTotp {
    const secret = this.#open(user, sealed);
    const step = totpStep(secret, code, this.parts.clock.now());
    if (step === undefined) throw wrongCode();
    return { sealedSecret: this.parts.secrets.seal(secret), step };
  }

  /** Takes a code, once. @throws SEXTANT_SIGN_IN_CODE, also while codes are not taken */
  async verify(user: User, code: string, who: AuditActor): Promise<void> {
    const { secrets, clock, audit } = this.parts;
    const now = clock.now();
    const state = await this.#store.beginTotp(user.id, LOCKOUT, now);
    const step = state && totpStep(secrets.open(state.sealedSecret).reveal(), code, now);
    const accepted = step !== undefined && (await this.#store.useTotp(user.id, step, now));
    const reason = state === undefined ? 'locked' : step === undefined ? 'wrong' : 'used';
    audit.observe('auth.totp', accepted ? 'succeeded' : 'failed', who, {
      subjectUID: String(user.id),
      reason: accepted ? undefined : reason,
    });
    if (!accepted) throw wrongCode();
  }

  #shown(user: User, secret: string, sealed: string): TotpEnrolment {
    return { secret, uri: totpUri(secret, user.username, new URL(this.parts.externalUrl()).host), sealed };
  }

  #open(user: User, sealed: string): string {
    const { secrets, clock } = this.parts;
    try {
      const { userId, secret, until } = enrolment.parse(JSON.parse(secrets.open(sealed).reveal()));
      if (userId === user.id && until > clock.now().getTime()) return secret;
    } catch {
      // A text that we did not seal, or whose key is gone.
    }
    throw new SextantError('SEXTANT_SIGN_IN_EXPIRED', {
      what: 'The secret on this page is over.',
      why: 'It was shown more than half an hour ago, or to somebody else.',
      fix: 'Begin again, with a new QR code.',
    });
  }
}

const wrongCode = (): SextantError =>
  new SextantError('SEXTANT_SIGN_IN_CODE', {
    what: 'The code is wrong, or was used before.',
    fix: 'Wait for the next code of your app, and check the clock of its device. After several wrong codes wait some minutes, or use another way.',
  });
