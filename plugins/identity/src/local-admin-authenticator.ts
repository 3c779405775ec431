import type { Actor, Authenticator, Credentials } from '@sextant/sdk';
import type { LocalAdmin } from './local-admin.js';
import { actorOf } from './token-authenticator.js';

/** In local mode a request of which nobody else knows whose it is, and that brings no credential, is the local site admin's. */
export class LocalAdminAuthenticator implements Authenticator {
  readonly name = 'local-admin';
  readonly fallback = true;

  constructor(private readonly localAdmin: LocalAdmin) {}

  async hasCredentials(): Promise<boolean> {
    return false;
  }

  async authenticate({ headers, localMode }: Credentials): Promise<Actor | undefined> {
    return localMode && headers['authorization'] === undefined ? actorOf(await this.localAdmin.get(), 'local') : undefined;
  }
}
