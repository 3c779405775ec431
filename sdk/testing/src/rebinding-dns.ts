import { createSocket } from 'node:dgram';
import { Resolver } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';

/** A DNS server as an attacker has one. */
export interface RebindingDns extends AsyncDisposable {
  /** Asks it, as a test kernel does that is given it for its `lookup`. */
  readonly lookup: LookupFunction;
  /** The names that it was asked for, in order. */
  readonly asked: readonly string[];
}

/**
 * A fake of an attacker's DNS server, over UDP on this machine: each look-up of a name is given the next of its IPv4 addresses, and then the last one
 * again, with a time to live of 0. A name that `table` lacks does not exist.
 */
export async function rebindingDns(table: Readonly<Record<string, readonly string[]>>): Promise<RebindingDns> {
  const asked: string[] = [];
  const socket = createSocket('udp4');
  socket.on('message', (query, from) => {
    const { name, end } = question(query);
    const addresses = table[name] ?? [];
    const address = addresses[Math.min(asked.filter((one) => one === name).length, addresses.length - 1)];
    asked.push(name);
    socket.send(reply(query.subarray(0, end), address), from.port, from.address);
  });
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  const resolver = new Resolver({ timeout: 2_000, tries: 1 });
  resolver.setServers([`127.0.0.1:${socket.address().port}`]);
  return {
    asked,
    lookup: (hostname, options, done) => {
      // As the system's: what is an address already is asked of nobody.
      if (isIP(hostname) !== 0) return done(null, options.all ? [{ address: hostname, family: isIP(hostname) }] : hostname, isIP(hostname));
      resolver.resolve4(hostname, (error, addresses = []) => {
        const found = addresses.map((address) => ({ address, family: 4 }));
        if (error) done(error, []);
        else if (options.all) done(null, found);
        else done(null, found[0]?.address ?? '', 4);
      });
    },
    [Symbol.asyncDispose]: async () => {
      resolver.cancel();
      await new Promise<void>((resolve) => socket.close(resolve));
    },
  };
}

/** The name a query asks for, and where its question ends (RFC 1035, 4.1.2). */
function question(query: Buffer): { readonly name: string; readonly end: number } {
  const labels: string[] = [];
  let at = 12;
  for (let length = query[at] ?? 0; length > 0; length = query[at] ?? 0) {
    labels.push(query.toString('latin1', at + 1, at + 1 + length));
    at += 1 + length;
  }
  return { name: labels.join('.').toLowerCase(), end: at + 5 };
}

/** A response with one A record, or with none and "no such name". */
function reply(asked: Buffer, address: string | undefined): Buffer {
  const head = Buffer.from(asked);
  head.writeUInt16BE(address === undefined ? 0x8183 : 0x8180, 2);
  head.writeUInt16BE(address === undefined ? 0 : 1, 6);
  head.writeUInt32BE(0, 8);
  if (address === undefined) return head;
  const record = Buffer.alloc(16);
  record.writeUInt16BE(0xc00c, 0);
  record.writeUInt16BE(1, 2);
  record.writeUInt16BE(1, 4);
  record.writeUInt16BE(4, 10);
  Buffer.from(address.split('.').map(Number)).copy(record, 12);
  return Buffer.concat([head, record]);
}
