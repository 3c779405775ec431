import { endianness } from 'node:os';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseSocketRow, rowKeys } from './socket-table.js';

interface End {
  readonly address: readonly number[];
  readonly port: number;
}

/** An address as Linux prints it: 32 bits at a time, as a number of this machine. */
const printed = ({ address, port }: End): string => {
  const words = Array.from({ length: address.length / 4 }, (_none, i) => {
    const bytes = Buffer.from(address.slice(i * 4, i * 4 + 4));
    return (endianness() === 'LE' ? bytes.readUInt32LE() : bytes.readUInt32BE()).toString(16).toUpperCase().padStart(8, '0');
  });
  return `${words.join('')}:${port.toString(16).toUpperCase().padStart(4, '0')}`;
};

const row = (sl: number, local: End, remote: End, { state = 1, uid = 1000, inode = 4711, timeout = 0 } = {}): string =>
  `${String(sl).padStart(4)}: ${printed(local)} ${printed(remote)} ${state.toString(16).toUpperCase().padStart(2, '0')} ` +
  `00000000:00000000 02:000A7214 00000000 ${String(uid).padStart(5)} ${String(timeout).padStart(8)} ${inode} 2 0000000000000000 20 4 30 10 -1`;

const text = (address: readonly number[]): string =>
  address.length === 4
    ? address.join('.')
    : Array.from({ length: 8 }, (_none, i) => ((address[i * 2]! << 8) | address[i * 2 + 1]!).toString(16)).join(':');

const mapped = (address: readonly number[]): number[] => [...new Array<number>(10).fill(0), 0xff, 0xff, ...address];
const byte = fc.integer({ min: 0, max: 255 });
const port = fc.integer({ min: 0, max: 65_535 });
const four = fc.record({ address: fc.array(byte, { minLength: 4, maxLength: 4 }), port });
const six = fc.record({ address: fc.array(byte, { minLength: 16, maxLength: 16 }), port });
const pair = fc.oneof(fc.tuple(four, four), fc.tuple(six, six));
const owner = fc.record({
  uid: fc.integer({ min: 0, max: 4_294_967_294 }),
  inode: fc.integer({ min: 1 }),
  sl: fc.nat(),
  timeout: fc.nat(),
});

const connection = (peer: End, local: End) => ({
  peerAddress: text(peer.address),
  peerPort: peer.port,
  localAddress: text(local.address),
  localPort: local.port,
});

describe('a row of the socket tables', () => {
  it('is found by the connection that it is of, whoever owns it', () => {
    fc.assert(
      fc.property(pair, owner, ([peer, local], { uid, inode, sl, timeout }) => {
        const found = parseSocketRow(row(sl, peer, local, { uid, inode, timeout }));
        expect(found?.uid).toBe(uid);
        expect(rowKeys(connection(peer, local))).toContain(found?.key);
      }),
    );
  });

  it('is not found by another connection, nor by the same one seen from its other end', () => {
    fc.assert(
      fc.property(pair, pair, ([peer, local], [otherPeer, otherLocal]) => {
        fc.pre(printed(peer) !== printed(local));
        const { key } = parseSocketRow(row(0, peer, local))!;
        expect(rowKeys(connection(local, peer))).not.toContain(key);
        if (printed(otherPeer) !== printed(peer) || printed(otherLocal) !== printed(local))
          expect(rowKeys(connection(otherPeer, otherLocal))).not.toContain(key);
      }),
    );
  });

  it('of IPv4 may stand among those of IPv6, whose address a server may be told, too', () => {
    fc.assert(
      fc.property(four, four, (peer, local) => {
        const six = parseSocketRow(row(1, { ...peer, address: mapped(peer.address) }, { ...local, address: mapped(local.address) }))!;
        const plain = parseSocketRow(row(1, peer, local))!;
        expect(rowKeys(connection(peer, local))).toEqual([plain.key, six.key]);
        const told = {
          ...connection(peer, local),
          peerAddress: `::ffff:${text(peer.address)}`,
          localAddress: `::ffff:${text(local.address)}`,
        };
        expect(rowKeys(told)).toEqual([plain.key, six.key]);
      }),
    );
  });

  it.each([
    ['no process holds any more: Linux shows root as its owner', { uid: 0, inode: 0 }],
    ['waits for its end', { uid: 0, state: 6 }],
    ['is being closed', { state: 8 }],
    ['listens', { state: 10 }],
  ])('tells nothing when its socket %s', (_what, more) => {
    expect(parseSocketRow(row(0, { address: [127, 0, 0, 1], port: 1 }, { address: [127, 0, 0, 1], port: 2 }, more))).toBeUndefined();
  });

  it('tells nothing when it is anything else, and never throws', () => {
    expect(
      parseSocketRow('  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode'),
    ).toBeUndefined();
    fc.assert(
      fc.property(fc.string(), (line) => {
        expect(parseSocketRow(line)).toBeUndefined();
      }),
    );
    fc.assert(
      fc.property(fc.string(), fc.string(), (peerAddress, localAddress) => {
        rowKeys({ peerAddress, peerPort: 1, localAddress, localPort: 2 });
      }),
    );
  });

  it('knows addresses in every way of writing them', () => {
    const keys = (peerAddress: string) => rowKeys({ peerAddress, peerPort: 8080, localAddress: '::1', localPort: 80 });
    const [loopback] = keys('::1');
    expect(loopback).toMatch(/^0{24}0(1000000|0000001):1F90 /);
    for (const same of ['0:0:0:0:0:0:0:1', '::0.0.0.1', '::1%lo']) expect(keys(same)).toEqual([loopback]);
    for (const none of ['', 'localhost', '127.0.0', '::1::']) expect(keys(none)).toEqual([]);
  });
});
