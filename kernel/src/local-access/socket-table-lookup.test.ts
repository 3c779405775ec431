import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { ambiguousUids, SocketTableLookup } from './socket-table-lookup.js';

const open: { destroy(): void }[] = [];
const servers: Server[] = [];
afterEach(() => {
  for (const socket of open.splice(0)) socket.destroy();
  for (const server of servers.splice(0)) server.close();
});

async function accepted(host: string, times: number, listen = host): Promise<Socket[]> {
  const sockets: Socket[] = [];
  const server = createServer((socket) => sockets.push(socket)).listen(0, listen);
  servers.push(server);
  await once(server, 'listening');
  const { port } = server.address() as { readonly port: number };
  for (let i = 0; i < times; i++) {
    const client = connect(port, host);
    open.push(client);
    await once(client, 'connect');
  }
  await expect.poll(() => sockets.length).toBe(times);
  open.push(...sockets);
  return sockets;
}

const ends = (socket: Socket) => ({
  peerAddress: socket.remoteAddress!,
  peerPort: socket.remotePort!,
  localAddress: socket.localAddress!,
  localPort: socket.localPort!,
});

describe.runIf(process.platform === 'linux')('the owner of a connection, by the tables of this machine', () => {
  it.each([
    ['IPv4', '127.0.0.1', '127.0.0.1'],
    ['IPv6', '::1', '::1'],
    ['IPv4 to a server of both families', '127.0.0.1', '::'],
  ])('is this account for one of its own, by %s', async (_what, host, listen) => {
    const lookup = new SocketTableLookup(undefined, new Set());
    const sockets = await accepted(host, 20, listen);
    // Together, and the same one twice: one read serves them.
    const uids = await Promise.all([...sockets, sockets[0]!].map((socket) => lookup.uidOf(ends(socket))));
    expect(new Set(uids)).toEqual(new Set([process.getuid!()]));
  });

  it('is unknown for a connection that is not there', async () => {
    const [socket] = await accepted('127.0.0.1', 1);
    const lookup = new SocketTableLookup(undefined, new Set());
    expect(await lookup.uidOf({ ...ends(socket!), peerPort: 1 })).toBeUndefined();
    expect(await lookup.uidOf({ ...ends(socket!), peerAddress: 'nowhere' })).toBeUndefined();
  });

  it('is unknown for one whose other end was closed, which Linux shows as of root', async () => {
    const [socket] = await accepted('127.0.0.1', 1);
    const known = ends(socket!);
    // The other end alone: this one stays open, and goes on being served.
    open[0]?.destroy();
    await once(socket!.resume(), 'end');
    expect(await new SocketTableLookup(undefined, new Set()).uidOf(known)).toBeUndefined();
  });
});

describe('where the tables say nothing', () => {
  const one = { peerAddress: '127.0.0.1', peerPort: 0x1234, localAddress: '127.0.0.1', localPort: 0x1f90 };

  it('the owner is unknown', async () => {
    expect(await new SocketTableLookup(['/nowhere/tcp', '/nowhere/tcp6'], new Set()).uidOf(one)).toBeUndefined();
  });

  it('the owner is unknown where its number stands for other accounts, too', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'sextant-tables-'));
    const table = join(folder, 'tcp');
    const end = (port: string): string => `${'0100007F'}:${port}`;
    writeFileSync(table, `header\n   0: ${end('1234')} ${end('1F90')} 01 00000000:00000000 00:00000000 00000000 65534        0 12 1\n`);
    try {
      expect(await new SocketTableLookup([table], new Set()).uidOf(one)).toBe(65_534);
      expect(await new SocketTableLookup([table], new Set([65_534])).uidOf(one)).toBeUndefined();
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('numbers of a container and of a machine within Windows are such', () => {
    const reads =
      (files: Readonly<Record<string, string>>) =>
      (path: string): string =>
        files[path] ?? '';
    const whole = { '/proc/self/uid_map': '         0          0 4294967295\n' };
    expect(ambiguousUids(reads({ ...whole, '/proc/sys/kernel/osrelease': '6.1.0-generic' }))).toEqual(new Set());
    expect(ambiguousUids(reads({ '/proc/self/uid_map': '0 1000 1', '/proc/sys/kernel/overflowuid': '65533' }))).toEqual(new Set([65_533]));
    expect(ambiguousUids(reads({ ...whole, '/proc/sys/kernel/osrelease': '5.15.1-microsoft-standard-WSL2' }))).toEqual(new Set([0]));
    expect(
      ambiguousUids(() => {
        throw new Error('no such file');
      }),
    ).toEqual(new Set([65_534]));
  });
});
