import type { Connection } from './socket-table.js';

/** Finds the account at the other end of a connection from this machine. */
export interface PeerLookup {
  /** @returns its user id, or undefined where it cannot be determined. Never rejects. */
  uidOf(connection: Connection): Promise<number | undefined>;
}
