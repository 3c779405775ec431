import { createReadStream, readFileSync } from 'node:fs';
import type { PeerLookup } from './peer-lookup.js';
import { type Connection, parseSocketRow, rowKeys } from './socket-table.js';

interface Waiting {
  readonly keys: readonly string[];
  readonly found: (uid: number | undefined) => void;
}

/** A row can be missed once: the kernel hands the table out in parts, and may lose its place when sockets come and go meanwhile. */
const ATTEMPTS = 3;

/**
 * Finds the owner of a connection in the socket tables of Linux. One read of them serves all connections that wait for it, so that
 * thousands that come at once do not read them thousands of times; each part is handled as it arrives, so that a long table does not
 * hold up the event loop. A socket of another network namespace is not in the tables.
 */
export class SocketTableLookup implements PeerLookup {
  #waiting: Waiting[] = [];
  #isReading = false;

  /** @param ambiguous user ids that stand for other accounts too: see {@link ambiguousUids} */
  constructor(
    private readonly tables: readonly string[] = ['/proc/net/tcp', '/proc/net/tcp6'],
    private readonly ambiguous: ReadonlySet<number> = ambiguousUids(),
  ) {}

  async uidOf(connection: Connection): Promise<number | undefined> {
    const keys = rowKeys(connection);
    if (keys.length === 0) return undefined;
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      // Only a read that begins from now on has the connection for sure.
      const uid = await new Promise<number | undefined>((found) => {
        this.#waiting.push({ keys, found });
        void this.#readAll();
      });
      if (uid !== undefined) return this.ambiguous.has(uid) ? undefined : uid;
    }
    return undefined;
  }

  async #readAll(): Promise<void> {
    if (this.#isReading) return;
    this.#isReading = true;
    while (this.#waiting.length > 0) {
      let batch = this.#waiting;
      this.#waiting = [];
      for (const table of this.tables) if (batch.length > 0) batch = await answerFrom(table, batch);
      for (const { found } of batch) found(undefined);
    }
    this.#isReading = false;
  }
}

/** Answers those whose rows are in the table. @returns the others. */
async function answerFrom(table: string, batch: readonly Waiting[]): Promise<Waiting[]> {
  const wanted = new Set(batch.flatMap(({ keys }) => keys));
  const owners = new Map<string, number>();
  let rest = '';
  try {
    for await (const part of createReadStream(table, { encoding: 'latin1', highWaterMark: 64 * 1024 })) {
      const lines = (rest + String(part)).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        const row = parseSocketRow(line);
        if (row && wanted.has(row.key)) owners.set(row.key, row.uid);
      }
    }
  } catch {
    // A system without the table, or where it may not be read: the account is unknown.
  }
  return batch.filter(({ keys, found }) => {
    const key = keys.find((one) => owners.has(one));
    if (key !== undefined) found(owners.get(key));
    return key === undefined;
  });
}

/**
 * User ids that do not name one account: accounts that are not mapped into this user namespace are all shown as one, and Windows
 * Subsystem for Linux passes connections of every Windows account on as root.
 */
export function ambiguousUids(read: (path: string) => string = (path) => readFileSync(path, 'utf8')): ReadonlySet<number> {
  const text = (path: string): string => {
    try {
      return read(path).trim();
    } catch {
      return '';
    }
  };
  const uids = new Set<number>();
  const isWholeMachine = /^0\s+0\s+4294967295$/.test(text('/proc/self/uid_map'));
  if (!isWholeMachine) uids.add(Number(text('/proc/sys/kernel/overflowuid') || '65534'));
  if (/microsoft/i.test(text('/proc/sys/kernel/osrelease'))) uids.add(0);
  return uids;
}
