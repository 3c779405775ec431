import type { Actor, Authenticator, Credentials } from '@sextant/sdk';
import type { AccountActors } from '../roles/user-actors.js';
import type { LocalAdmin } from './local-admin.js';

/** In local mode a request of the account that runs Sextant is the local site admin's, where it brings no credential and no other authenticator knows it. */
export class LocalAdminAuthenticator implements Authenticator {
  readonly name = 'local-admin';
  readonly fallback = true;

  constructor(
    private readonly localAdmin: LocalAdmin,
    private readonly actors: AccountActors,
  ) {}

  async hasCredentials(): Promise<boolean> {
    return false;
  }

  async authenticate({ headers, localMode, peerAccount }: Credentials): Promise<Actor | undefined> {
    if (!localMode || peerAccount !== 'owner' || headers['authorization'] !== undefined) return undefined;
    // Its roles do not matter: a site admin may do everything.
    return this.actors.of({ ...(await this.localAdmin.get()), roleMarks: [] }, { via: 'local' });
  }
}
