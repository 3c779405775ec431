import { isIP } from 'node:net';
import { endianness } from 'node:os';

/** Both ends of a TCP connection to this process, as its socket has them. */
export interface Connection {
  readonly peerAddress: string;
  readonly peerPort: number;
  readonly localAddress: string;
  readonly localPort: number;
}

/** One row of `/proc/net/tcp` or `/proc/net/tcp6`, with the addresses as they are written there. */
export interface SocketRow {
  /** Both addresses, as {@link rowKeys} writes them. */
  readonly key: string;
  readonly uid: number;
}

const ESTABLISHED = '01';

/**
 * Reads a row. A socket that is not established, or that no process holds any more, is skipped: the kernel shows root as the owner of
 * a closed one.
 */
export function parseSocketRow(line: string): SocketRow | undefined {
  // sl, local_address, rem_address, st, tx_queue:rx_queue, tr:tm->when, retrnsmt, uid, timeout, inode
  const [, local, remote, state, , , , uid, , inode] = line.trim().split(/\s+/);
  if (state !== ESTABLISHED || inode === undefined || !/^[1-9]\d*$/.test(inode) || uid === undefined || !/^\d+$/.test(uid))
    return undefined;
  return { key: `${local} ${remote}`, uid: Number(uid) };
}

/**
 * How the row of the peer's socket begins: a socket of IPv4 stands in `tcp`, or in `tcp6` where the peer has made it for both families.
 * Empty for what is no address.
 */
export function rowKeys({ peerAddress, peerPort, localAddress, localPort }: Connection): readonly string[] {
  const peer = addressBytes(peerAddress);
  const local = addressBytes(localAddress);
  if (peer === undefined || local === undefined) return [];
  const key = (from: Uint8Array, to: Uint8Array): string => `${endpoint(from, peerPort)} ${endpoint(to, localPort)}`;
  if (!isMapped(peer) || !isMapped(local)) return [key(peer, local)];
  return [key(peer.subarray(12), local.subarray(12)), key(peer, local)];
}

/** The kernel prints each 32 bits of an address as one number in the byte order of the machine. */
function endpoint(address: Uint8Array, port: number): string {
  let text = '';
  for (let i = 0; i < address.length; i += 4) {
    const word = Buffer.from(address.subarray(i, i + 4));
    if (endianness() === 'LE') word.reverse();
    text += word.toString('hex').toUpperCase();
  }
  return `${text}:${port.toString(16).toUpperCase().padStart(4, '0')}`;
}

const isMapped = (bytes: Uint8Array): boolean =>
  bytes.subarray(0, 10).every((byte) => byte === 0) && bytes[10] === 0xff && bytes[11] === 0xff;

/** The 16 bytes of an IPv6 address; one of IPv4 is mapped to `::ffff:0:0/96`. */
function addressBytes(text: string): Uint8Array | undefined {
  const [address = ''] = text.split('%', 1);
  const family = isIP(address);
  if (family === 0) return undefined;
  const bytes = new Uint8Array(16);
  if (family === 4) {
    bytes.set([0xff, 0xff, ...address.split('.').map(Number)], 10);
    return bytes;
  }
  const hexadecimal = address.replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_all, ...parts: string[]) => {
    const [a, b, c, d] = parts.map(Number) as [number, number, number, number];
    return `${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`;
  });
  const groups = (part = ''): number[] => (part === '' ? [] : part.split(':').map((group) => Number.parseInt(group, 16)));
  const [head, tail] = hexadecimal.split('::');
  const first = groups(head);
  const last = groups(tail);
  const all = [...first, ...new Array<number>(8 - first.length - last.length).fill(0), ...last];
  for (const [i, group] of all.entries()) bytes.set([group >> 8, group & 0xff], i * 2);
  return bytes;
}
