import { randomBytes } from 'node:crypto';
import type { AuditActor, AuditTrail, User } from '@sextant/plugin-identity/api';
import { type Clock, type Logger, SextantError, type Storage } from '@sextant/sdk';
import type { AuthenticationResponseJSON, RegistrationResponseJSON } from '@simplewebauthn/server';
import type { CeremonyPurpose, PasskeyCeremonies } from './passkey-ceremonies.js';
import { type NewPasskey, type Passkey, SecondFactorStore } from './second-factor-store.js';

interface PasskeyParts {
  readonly db: Storage;
  readonly clock: Clock;
  readonly ceremonies: PasskeyCeremonies;
  readonly audit: AuditTrail;
  readonly log: Logger;
  readonly externalUrl: () => string;
}

/** What a page hands to the browser, and the cookie that belongs to it. */
export interface PasskeyRequest {
  readonly options: object;
  readonly cookie: string;
}

/** How a browser says what it signed, as text of JSON. */
const LONGEST_RESPONSE = 20_000;
const RP_NAME = 'Sextant';
const MAX_NAME = 100;
/** EdDSA, ES256 and RS256: what authenticators make, in COSE's numbers. */
const ALGORITHMS = [-8, -7, -257];

/** WebAuthn is needed by few requests, and takes time to load. */
const webauthn = () => import('@simplewebauthn/server');

/**
 * Passkeys: asks browsers for them and verifies what they answer, by WebAuthn. The origin and the host (RP ID) are those of `http.externalUrl`.
 * A passkey works at the host that it was made for: after a change of the host people add new ones.
 */
export class Passkeys {
  readonly store: SecondFactorStore;

  constructor(private readonly parts: PasskeyParts) {
    this.store = new SecondFactorStore(parts.db);
  }

  /** What a browser needs to make a new passkey for the user. */
  async requestNew(user: User): Promise<PasskeyRequest> {
    const { ceremonies } = this.parts;
    const present = await this.store.passkeys(user.id);
    const userHandle = present[0]?.userHandle ?? randomBytes(32);
    const challenge = ceremonies.newChallenge();
    const options = await (await webauthn()).generateRegistrationOptions({
      rpName: RP_NAME,
      rpID: this.#rpId,
      userName: user.username,
      userDisplayName: user.displayName ?? user.username,
      userID: bytes(userHandle),
      challenge: bytes(Buffer.from(challenge, 'base64url')),
      attestationType: 'none',
      supportedAlgorithmIDs: ALGORITHMS,
      excludeCredentials: present.map(descriptor),
      authenticatorSelection: { residentKey: 'preferred', userVerification: 'preferred' },
    });
    return {
      options,
      cookie: ceremonies.begin({ challenge, purpose: 'register', userId: user.id, userHandle: userHandle.toString('base64url') }),
    };
  }

  /** The new passkey that a browser answers with. @throws SEXTANT_SIGN_IN_EXPIRED, SEXTANT_SIGN_IN_PASSKEY */
  async verifyNew(user: User, name: string, answer: string, cookieHeader: string | undefined): Promise<NewPasskey> {
    const { ceremonies, clock } = this.parts;
    const begun = await ceremonies.take(cookieHeader, 'register', user.id);
    const response = parsed<RegistrationResponseJSON>(answer);
    if (isCrossOrigin(response.response.clientDataJSON)) throw notAccepted();
    const { registrationInfo } = await this.#verifying(async () =>
      (await webauthn()).verifyRegistrationResponse({
        response,
        expectedChallenge: begun.challenge,
        expectedOrigin: this.#origin,
        expectedRPID: this.#rpId,
        requireUserVerification: false,
        supportedAlgorithmIDs: ALGORITHMS,
      }),
    );
    if (!registrationInfo) throw notAccepted();
    const { credential, userVerified } = registrationInfo;
    return {
      userId: user.id,
      credentialId: Buffer.from(credential.id, 'base64url'),
      userHandle: Buffer.from(begun.userHandle ?? '', 'base64url'),
      name: passkeyName(name),
      publicKey: Buffer.from(credential.publicKey),
      counter: credential.counter,
      transports: (Array.isArray(credential.transports) ? credential.transports : [])
        .filter((one): one is string => typeof one === 'string' && one.length <= 32)
        .slice(0, 10),
      rpId: this.#rpId,
      // A key that says nothing of it may be one that is found without a user name.
      passwordless: userVerified && residentKeyOf(response) !== false,
      createdAt: clock.now(),
    };
  }

  /** What a browser needs to use a passkey of the user; of anybody where the user is not known yet. */
  async request(purpose: Exclude<CeremonyPurpose, 'register'>, user: User | undefined): Promise<PasskeyRequest> {
    const { ceremonies } = this.parts;
    const challenge = ceremonies.newChallenge();
    const options = await (await webauthn()).generateAuthenticationOptions({
      rpID: this.#rpId,
      challenge: bytes(Buffer.from(challenge, 'base64url')),
      allowCredentials: user ? (await this.store.passkeys(user.id)).map(descriptor) : [],
      userVerification: user ? 'preferred' : 'required',
    });
    return { options, cookie: ceremonies.begin({ challenge, purpose, ...(user ? { userId: user.id } : {}) }) };
  }

  /**
   * Verifies what a browser signed by a passkey: of the user, or of anybody where the user is not known yet; then the device must have checked who uses it.
   * @throws SEXTANT_SIGN_IN_EXPIRED, SEXTANT_SIGN_IN_PASSKEY
   */
  async verify(
    purpose: Exclude<CeremonyPurpose, 'register'>,
    user: User | undefined,
    answer: string,
    cookieHeader: string | undefined,
    who: AuditActor,
  ): Promise<Passkey> {
    const { ceremonies, clock, audit } = this.parts;
    const begun = await ceremonies.take(cookieHeader, purpose, user?.id);
    let passkey: Passkey | undefined;
    const failed = (reason: string): SextantError => {
      audit.observe('auth.passkey', 'failed', who, { subjectUID: (passkey ?? user) && String(passkey?.userId ?? user?.id), reason });
      return notAccepted();
    };
    const response = parsed<AuthenticationResponseJSON>(answer);
    const found = await this.store.passkeyByCredential(Buffer.from(response.id, 'base64url'));
    if (!found || (user && found.userId !== user.id)) throw failed('unknown');
    passkey = found;
    const { userHandle, clientDataJSON } = response.response;
    if (userHandle ? userHandle !== found.userHandle.toString('base64url') : !user) throw failed('user-handle');
    if (isCrossOrigin(clientDataJSON)) throw failed('cross-origin');
    const verified = await this.#verifying(async () =>
      (await webauthn()).verifyAuthenticationResponse({
        response,
        expectedChallenge: begun.challenge,
        expectedOrigin: this.#origin,
        expectedRPID: this.#rpId,
        requireUserVerification: user === undefined,
        credential: { id: response.id, publicKey: bytes(found.publicKey), counter: found.counter, transports: [...found.transports] },
      }),
    ).catch(() => {
      throw failed('invalid');
    });
    if (!verified.verified) throw failed('signature');
    // Lost to another use of the same signature, or a copy of the device that counts for itself.
    if (!(await this.store.usePasskey(found.id, verified.authenticationInfo.newCounter, clock.now()))) throw failed('counter');
    audit.observe('auth.passkey', 'succeeded', who, { subjectUID: String(found.userId), passkey: found.id });
    return found;
  }

  get #origin(): string {
    return new URL(this.parts.externalUrl()).origin;
  }

  get #rpId(): string {
    return new URL(this.parts.externalUrl()).hostname;
  }

  /** The library throws bare errors for whatever does not fit. They are for the log: they repeat what came. */
  async #verifying<R>(verify: () => Promise<R>): Promise<R> {
    try {
      return await verify();
    } catch (error) {
      this.parts.log.info('A passkey was not accepted.', { reason: error instanceof Error ? error.message.slice(0, 300) : String(error) });
      throw notAccepted();
    }
  }
}

/** @throws SEXTANT_SIGN_IN_FORM */
export function passkeyName(name: string): string {
  const text = name.trim();
  if (text === '' || text.length > MAX_NAME || /\p{Cc}/u.test(text))
    throw new SextantError('SEXTANT_SIGN_IN_FORM', {
      what: 'The name of the passkey is missing, too long or has control characters.',
      fix: `Name it in at most ${MAX_NAME} characters, such as "Laptop".`,
    });
  return text;
}

/** @throws SEXTANT_SIGN_IN_PASSKEY for what has not the form of an answer. */
function parsed<R extends RegistrationResponseJSON | AuthenticationResponseJSON>(answer: string): R {
  try {
    const value: unknown = answer.length > LONGEST_RESPONSE ? undefined : JSON.parse(answer);
    const { id, response } = value as { readonly id?: unknown; readonly response?: { readonly clientDataJSON?: unknown } };
    if (typeof id === 'string' && id !== '' && typeof response?.clientDataJSON === 'string') return value as R;
  } catch {
    // Said below.
  }
  throw notAccepted();
}

function isCrossOrigin(clientDataJSON: string): boolean {
  try {
    const { crossOrigin = false } = JSON.parse(Buffer.from(clientDataJSON, 'base64url').toString()) as { readonly crossOrigin?: unknown };
    return crossOrigin !== false;
  } catch {
    return true;
  }
}

const residentKeyOf = ({ clientExtensionResults }: RegistrationResponseJSON): boolean | undefined =>
  (clientExtensionResults as { readonly credProps?: { readonly rk?: boolean } } | undefined)?.credProps?.rk;

const descriptor = ({ credentialId, transports }: Passkey) => ({
  id: credentialId.toString('base64url'),
  transports: [...transports],
});

// The library wants arrays that no SharedArrayBuffer is behind.
const bytes = (buffer: Buffer): Uint8Array<ArrayBuffer> => new Uint8Array(buffer);

const notAccepted = (): SextantError =>
  new SextantError('SEXTANT_SIGN_IN_PASSKEY', {
    what: 'The passkey was not accepted.',
    why: 'It is not known here, was removed, or what the browser sent could not be verified.',
    fix: 'Try again, or use another way.',
  });
