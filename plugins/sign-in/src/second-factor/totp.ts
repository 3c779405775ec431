import { Secret as Key, TOTP } from 'otpauth';

/** Bytes: as many as HMAC-SHA-1 gives, which RFC 4226 recommends. */
const SECRET_SIZE = 20;
const PERIOD = 30;
const DIGITS = 6;
/** Steps of 30 seconds that a clock may differ by, on either side (RFC 6238, 5.2). */
const WINDOW = 1;
const ISSUER = 'Sextant';

/** A new random secret, in Base32 as authenticator apps take it. */
export const newTotpSecret = (): string => new Key({ size: SECRET_SIZE }).base32;

/** The address that an authenticator app reads from a QR code. `site` is the host that people know Sextant by. */
export const totpUri = (secret: string, username: string, site: string): string =>
  new TOTP({ issuer: `${ISSUER} (${site})`, label: username, secret: Key.fromBase32(secret), digits: DIGITS, period: PERIOD }).toString();

/** The step that a code is of, if it is of the present one or one beside it. Steps are 30 seconds each, counted since 1970. */
export function totpStep(secret: string, code: string, now: Date): number | undefined {
  const token = code.replace(/\s/g, '');
  if (!/^\d{6}$/.test(token)) return undefined;
  const timestamp = now.getTime();
  const delta = TOTP.validate({ token, secret: Key.fromBase32(secret), digits: DIGITS, period: PERIOD, timestamp, window: WINDOW });
  return delta === null ? undefined : TOTP.counter({ period: PERIOD, timestamp }) + delta;
}
