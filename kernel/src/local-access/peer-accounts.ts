import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { type Clock, type Logger, type PeerAccount, SextantError } from '@sextant/sdk';
import '../http/auth-errors.js';
import { plainAddress } from '../http/client-address.js';
import { isForwarded } from '../http/request-guards.js';
import { isLoopback } from '../remote/remote-address.js';
import { LOCAL_SECRET_HEADER, type LocalSecret } from './local-secret.js';
import type { PeerLookup } from './peer-lookup.js';

interface PeerAccountsParts {
  /** Undefined where the system does not say who connects. */
  readonly lookup: PeerLookup | undefined;
  /** The account that runs this process. */
  readonly ownUid: number | undefined;
  /** Undefined while others than this machine can come in: they sign in. */
  readonly secret: LocalSecret | undefined;
  readonly log: Logger;
  readonly clock: Pick<Clock, 'now'>;
}

const ROOT = 0;
/** Wrong secrets a minute that are answered as such. */
const MOST_WRONG = 30;
const MINUTE = 60_000;

/**
 * Tells whether a request comes from the account that runs Sextant (or root), by the owner of its connection or by the secret of this
 * start. This is the one place that decides it: for local mode, and for whoever sets up a site at the machine itself.
 */
export class PeerAccounts {
  // A connection belongs to one account for as long as it lives, and a socket object to one connection.
  readonly #uids = new WeakMap<Socket, Promise<number | undefined>>();
  #wrong = { since: Number.NEGATIVE_INFINITY, count: 0 };

  constructor(private readonly parts: PeerAccountsParts) {}

  /** @throws SEXTANT_AUTH_LOCAL_SECRET, SEXTANT_AUTH_LOCAL_THROTTLED for a header with a secret that is not of this start. */
  async of(request: IncomingMessage): Promise<PeerAccount> {
    const { secret, ownUid } = this.parts;
    const { socket, headers } = request;
    if (!isLoopback(plainAddress(socket.remoteAddress)) || isForwarded(headers)) return 'unknown';
    const uid = await this.#uidOf(socket);
    if (uid !== undefined && (uid === ownUid || uid === ROOT)) return 'owner';
    const presented = headers[LOCAL_SECRET_HEADER];
    if (secret && typeof presented === 'string') {
      if (secret.matches(presented)) return 'owner';
      throw this.#wrongSecret();
    }
    const cookie = secret && cookieIn(headers.cookie, cookieName(socket));
    if (cookie !== undefined && secret?.hasCookie(cookie, uid)) return 'owner';
    return uid === undefined ? 'unknown' : 'other';
  }

  /** Lets the browser that sends the secret in. @returns the cookie to set. @throws as {@link of}. */
  async letIn(request: IncomingMessage, presented: string): Promise<string> {
    const { secret } = this.parts;
    if (!secret?.matches(presented)) throw this.#wrongSecret();
    const value = secret.cookieOf(await this.#uidOf(request.socket));
    return `${cookieName(request.socket)}=${value}; Path=/; HttpOnly; SameSite=Strict`;
  }

  #uidOf(socket: Socket): Promise<number | undefined> {
    let uid = this.#uids.get(socket);
    if (!uid) this.#uids.set(socket, (uid = this.#lookUp(socket)));
    return uid;
  }

  async #lookUp(socket: Socket): Promise<number | undefined> {
    const uid = await this.#ownerOf(socket);
    if (uid !== undefined && !socket.destroyed) return uid;
    // One that was not found is looked up with the next request. Of a connection that is over, another may have the port by now.
    this.#uids.delete(socket);
    return undefined;
  }

  async #ownerOf({ remoteAddress, remotePort, localAddress, localPort }: Socket): Promise<number | undefined> {
    // A connection that is over has no addresses.
    if (remoteAddress === undefined || remotePort === undefined || localAddress === undefined || localPort === undefined) return undefined;
    return this.parts.lookup?.uidOf({ peerAddress: remoteAddress, peerPort: remotePort, localAddress, localPort });
  }

  /** The right secret is taken all the same: it cannot be guessed, and others must not be able to lock its owner out. */
  #wrongSecret(): SextantError {
    const now = this.parts.clock.now().getTime();
    if (now - this.#wrong.since > MINUTE) this.#wrong = { since: now, count: 0 };
    this.#wrong.count++;
    if (this.#wrong.count === MOST_WRONG)
      this.parts.log.warn('wrong start-up secrets are being tried', { code: 'SEXTANT_AUTH_LOCAL_THROTTLED' });
    if (this.#wrong.count > MOST_WRONG)
      return new SextantError('SEXTANT_AUTH_LOCAL_THROTTLED', {
        what: 'Too many wrong start-up secrets came.',
        fix: 'Wait a minute, and use the link or the file of the start that runs.',
      });
    return new SextantError('SEXTANT_AUTH_LOCAL_SECRET', {
      what: 'The start-up secret is not the one of the Sextant that runs.',
      why: 'Each start makes a new one.',
      fix: 'Use the link that the last start printed, or the file run/local-secret of its data folder.',
    });
  }
}

/** Cookies are of a host with all its ports, on which several Sextants may listen. */
const cookieName = ({ localPort }: Socket): string => `sextant-local-${localPort}`;

function cookieIn(header: string | undefined, name: string): string | undefined {
  for (const pair of header?.split(';') ?? []) {
    const at = pair.indexOf('=');
    if (at > 0 && pair.slice(0, at).trim() === name) return pair.slice(at + 1).trim();
  }
  return undefined;
}
