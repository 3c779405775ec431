import { type Actor, ANONYMOUS, type Authenticator, type Contribution, type Credentials, SextantError } from '@sextant/sdk';
import { isLoopback } from '../remote/remote-address.js';

/** Asks each way to tell who a request is from; the first that knows decides. A wrong credential ends with its own error. */
export function authenticateWith(authenticators: readonly Contribution<Authenticator>[]): (credentials: Credentials) => Promise<Actor> {
  return async (credentials) => {
    for (const { value } of authenticators) {
      const actor = await value.authenticate(credentials);
      if (actor) return actor;
    }
    return ANONYMOUS;
  };
}

/** @throws SEXTANT_HTTP_NO_CREDENTIAL when the address is open to others and nobody could sign in. */
export async function refuseOpenDoor(host: string, authenticators: readonly Contribution<Authenticator>[]): Promise<void> {
  if (isLoopback(host)) return;
  for (const { value } of authenticators) if (await value.hasCredentials()) return;
  throw new SextantError('SEXTANT_HTTP_NO_CREDENTIAL', {
    what: `Sextant does not listen on ${host}: no credential exists, so everybody who reaches it would be let in or nobody.`,
    fix: 'Make one first with `sextant token create` (with the same --data-dir or database), or listen on 127.0.0.1.',
  });
}
