import type { IncomingMessage } from 'node:http';
import type { Clock, Logger, PeerAccount } from '@sextant/sdk';
import { LocalSecret, localSecretFile } from './local-secret.js';
import { PeerAccounts } from './peer-accounts.js';
import type { PeerLookup } from './peer-lookup.js';
import { SocketTableLookup } from './socket-table-lookup.js';

interface LocalAccessParts {
  /** Only this machine can come in. */
  readonly localMode: boolean;
  readonly dataDir: string;
  /** Default: that of the system. */
  readonly lookup: PeerLookup | undefined;
  readonly log: Logger;
  readonly clock: Pick<Clock, 'now'>;
}

/** How the account that runs Sextant is told from the others of the machine: by the system where it says so, and by the secret of this start. */
export class LocalAccess {
  readonly #secret: LocalSecret | undefined;
  readonly #peers: PeerAccounts;

  constructor({ localMode, dataDir, lookup, log, clock }: LocalAccessParts) {
    this.#secret = localMode ? new LocalSecret(localSecretFile(dataDir)) : undefined;
    this.#peers = new PeerAccounts({
      lookup: lookup ?? (process.platform === 'linux' ? new SocketTableLookup() : undefined),
      ownUid: process.geteuid?.(),
      secret: this.#secret,
      log,
      clock,
    });
  }

  of(request: IncomingMessage): Promise<PeerAccount> {
    return this.#peers.of(request);
  }

  /** @returns the cookie that lets a browser in. @throws as {@link PeerAccounts.letIn}; undefined outside of local mode. */
  async letIn(request: IncomingMessage, secret: string): Promise<string | undefined> {
    return this.#secret && (await this.#peers.letIn(request, secret));
  }

  /** Leaves the secret for the commands of this account. @param url where this process listens */
  open(url: string): void {
    this.#secret?.write(url);
  }

  close(): void {
    this.#secret?.remove();
  }

  /** How a browser, or another account, is let in; undefined outside of local mode. @param url where people reach Sextant */
  invitation(url: string): { readonly link: string; readonly file: string } | undefined {
    return this.#secret && { link: this.#secret.linkOf(url), file: this.#secret.file };
  }
}
