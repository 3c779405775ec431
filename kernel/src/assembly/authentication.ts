import { type Actor, ANONYMOUS, type Authenticator, type Contribution, type Credentials, type Gate, SextantError } from '@sextant/sdk';
import { localAccountRefusal } from '../http/auth-errors.js';
import { isLoopbackHost } from '../http/request-guards.js';
import { isLoopback } from '../remote/remote-address.js';

/**
 * Asks each way to tell who a request is from, those that are a fallback last; the first that knows decides. A wrong credential ends with its own error.
 * Then each gate must admit it. In local mode, nobody in particular is let in who is not the account that runs Sextant.
 */
export function authenticateWith(
  authenticators: readonly Contribution<Authenticator>[],
  gates: readonly Contribution<Gate>[],
): (credentials: Credentials) => Promise<Actor> {
  const ask = async (credentials: Credentials): Promise<Actor> => {
    for (const fallback of [false, true]) {
      for (const { value } of authenticators) {
        const actor = (value.fallback ?? false) === fallback ? await value.authenticate(credentials) : undefined;
        if (actor) return actor;
      }
    }
    const { localMode, peerAccount = 'unknown', headers } = credentials;
    if (localMode && peerAccount !== 'owner' && headers['authorization'] === undefined) throw localAccountRefusal(peerAccount);
    return ANONYMOUS;
  };
  return async (credentials) => {
    const actor = await ask(credentials);
    for (const { value } of gates) await value.admit(credentials, actor);
    return actor;
  };
}

export interface Door {
  readonly host: string;
  readonly externalUrl?: string | undefined;
  readonly trustProxy: boolean;
}

/** True while this machine alone can come in: a proxy that is to pass others on ends it, although it reaches us by loopback. */
export const isLocalOnly = ({ host, externalUrl, trustProxy }: Door): boolean =>
  isLoopback(host) && !trustProxy && (externalUrl === undefined || isLoopbackHost(new URL(externalUrl).host));

/** @throws SEXTANT_HTTP_NO_CREDENTIAL when others than this machine can come in and nobody could sign in. */
export async function refuseOpenDoor(door: Door, authenticators: readonly Contribution<Authenticator>[]): Promise<void> {
  if (isLocalOnly(door)) return;
  for (const { value } of authenticators) if (await value.hasCredentials()) return;
  const proxied = isLoopback(door.host);
  // A process that asks nobody who they are has nothing behind a proxy but its health.
  if (proxied && authenticators.length === 0) return;
  throw new SextantError('SEXTANT_HTTP_NO_CREDENTIAL', {
    what: `Sextant does not ${proxied ? `start behind ${door.externalUrl ?? 'a proxy'}` : `listen on ${door.host}`}: no credential exists, so everybody who reaches it would be let in or nobody.`,
    fix: `Make one first with \`sextant token create\` (with the same --data-dir or database), or ${proxied ? 'leave out http.externalUrl and http.trustProxy' : 'listen on 127.0.0.1'}.`,
  });
}
