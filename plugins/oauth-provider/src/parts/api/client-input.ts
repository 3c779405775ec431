import { mayBeRedirectedTo } from '../../engine/registration.js';
import { invalidClient } from '../../errors.js';
import { isScope } from '../../scopes.js';
import { type NewClient, SRC_CLI } from '../../storage/client-store.js';

const PRINTABLE = /^[^\p{Cc}\p{Cf}\p{Co}\p{Cn}]{1,100}$/u;
const MOST_URIS = 20;
const LONGEST_URI = 2_000;

/** @throws SEXTANT_OAUTH_CLIENT_INVALID */
export function checkClient({ name, redirectUris, scopes }: Partial<NewClient>): void {
  if (name !== undefined && !PRINTABLE.test(name)) throw invalidClient('Its name is not 1 to 100 printable characters.');
  if (redirectUris !== undefined && redirectUris.length > MOST_URIS) throw invalidClient(`It has more than ${MOST_URIS} redirect URIs.`);
  const wrong = redirectUris?.find((uri) => uri.length > LONGEST_URI || !mayBeRedirectedTo(uri));
  if (wrong !== undefined)
    throw invalidClient(
      `${JSON.stringify(wrong.slice(0, 100))} is no redirect URI: those are https, or http to localhost, 127.0.0.1 or [::1], without fragment and user.`,
    );
  const unknown = scopes?.find((scope) => !isScope(scope));
  if (unknown !== undefined) throw invalidClient(`${JSON.stringify(unknown.slice(0, 50))} is no scope.`);
  if (scopes?.length === 0) throw invalidClient('It has no scope.');
}

/** @throws SEXTANT_OAUTH_CLIENT_INVALID */
export function checkNewClient(client: NewClient): void {
  checkClient(client);
  if (client.redirectUris.length === 0 && !client.deviceFlow && client.serviceAccountId === undefined)
    throw invalidClient('It has no redirect URI, no device flow and no service account: nothing would come of it.');
  if (client.serviceAccountId !== undefined && !client.confidential)
    throw invalidClient('It acts as a service account and has no secret to prove itself with.');
}

/** The one that everybody has is not to be changed. @throws SEXTANT_OAUTH_CLIENT_INVALID */
export function checkOwn(id: string): void {
  if (id === SRC_CLI.id) throw invalidClient('It comes with Sextant.');
}
