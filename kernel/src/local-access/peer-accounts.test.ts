import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { Agent, createServer, type IncomingMessage, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Logger, PeerAccount } from '@sextant/sdk';
import { afterEach, describe, expect, it } from 'vitest';
import { LocalSecret } from './local-secret.js';
import { PeerAccounts } from './peer-accounts.js';
import type { Connection } from './socket-table.js';

const ended: (() => void)[] = [];
afterEach(() => {
  for (const end of ended.splice(0)) end();
});

const silent = (): void => undefined;
const log: Logger = { debug: silent, info: silent, warn: silent, error: silent, child: () => log };

/** A server that answers whose its requests are, where connections belong to `uid`. */
async function served(uid: () => number | undefined, more: { readonly ownUid?: number; readonly secret?: LocalSecret } = {}) {
  const asked: Connection[] = [];
  const peers = new PeerAccounts({
    lookup: {
      uidOf: async (connection) => {
        asked.push(connection);
        return uid();
      },
    },
    ownUid: 1000,
    secret: undefined,
    log,
    clock: { now: () => new Date(0) },
    ...more,
  });
  const server = createServer((message, response) => {
    peers.of(message).then(
      (account) => response.end(account),
      (error: { code: string }) => response.end(error.code),
    );
  }).listen(0, '127.0.0.1');
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  ended.push(() => {
    agent.destroy();
    server.close();
  });
  await new Promise((listening) => server.once('listening', listening));
  const { port } = server.address() as AddressInfo;
  const ask = (headers: Readonly<Record<string, string>> = {}, by: Agent | false = agent): Promise<PeerAccount> =>
    new Promise((resolve, reject) => {
      request({ host: '127.0.0.1', port, agent: by, headers }, async (response) => {
        let body = '';
        for await (const part of response) body += String(part);
        resolve(body as PeerAccount);
      })
        .on('error', reject)
        .end();
    });
  return { asked, ask, port };
}

describe('the account of a request', () => {
  it.each<[string, number | undefined, PeerAccount]>([
    ['that of this process', 1000, 'owner'],
    ['root', 0, 'owner'],
    ['another', 1001, 'other'],
    ['not to be told', undefined, 'unknown'],
  ])('is %s', async (_what, uid, account) => {
    expect(await (await served(() => uid)).ask()).toBe(account);
  });

  it('is looked up once for a connection that is kept, and anew for each other one', async () => {
    let uid = 1000;
    const { ask, asked, port } = await served(() => uid);
    expect([await ask(), await ask(), await ask()]).toEqual(['owner', 'owner', 'owner']);
    expect(asked).toEqual([{ peerAddress: '127.0.0.1', peerPort: expect.any(Number), localAddress: '127.0.0.1', localPort: port }]);
    uid = 1001;
    // What is known of a connection holds as long as it lives; another one is of whoever opened it.
    expect([await ask({}, false), await ask(), await ask({}, false)]).toEqual(['other', 'owner', 'other']);
    expect(asked).toHaveLength(3);
  });

  it('is looked up again while it is not known', async () => {
    let uid: number | undefined;
    const { ask, asked } = await served(() => uid);
    expect(await ask()).toBe('unknown');
    uid = 1000;
    expect([await ask(), await ask()]).toEqual(['owner', 'owner']);
    expect(asked).toHaveLength(2);
  });

  it('is unknown when the connection ends meanwhile: its port may be another’s by then', async () => {
    const socket = { remoteAddress: '127.0.0.1', remotePort: 1, localAddress: '127.0.0.1', localPort: 2, destroyed: false };
    const uidOf = async (): Promise<number> => {
      socket.destroyed = true;
      return 0;
    };
    const peers = new PeerAccounts({ lookup: { uidOf }, ownUid: 1000, secret: undefined, log, clock: { now: () => new Date(0) } });
    expect(await peers.of({ socket, headers: {} } as unknown as IncomingMessage)).toBe('unknown');
  });

  it.each([
    'forwarded',
    'via',
    'x-forwarded-for',
    'x-forwarded-server',
    'x-forwarded-port',
    'x-real-ip',
    'cf-connecting-ip',
    'cf-ray',
    'true-client-ip',
    'x-client-ip',
    'x-envoy-external-address',
    'x-amzn-trace-id',
    'x-arr-log-id',
    'cdn-loop',
    'tailscale-user-login',
  ])('is unknown behind a proxy of this very account, which says so by %s', async (name) => {
    const { ask, asked } = await served(() => 1000);
    expect(await ask({ [name]: 'x' })).toBe('unknown');
    expect(asked).toEqual([]);
  });

  it('is unknown where the system has no accounts', async () => {
    const { ask } = await served(() => undefined, { ownUid: undefined as never });
    expect(await ask()).toBe('unknown');
  });
});

describe('the file with the secret of a start', () => {
  it('is made anew for its owner alone, whatever was there, and is gone at the end', () => {
    const folder = mkdtempSync(join(tmpdir(), 'sextant-secret-'));
    ended.push(() => rmSync(folder, { recursive: true }));
    const file = join(folder, 'local-secret');
    writeFileSync(file, 'open to everybody', { mode: 0o666 });
    const secret = new LocalSecret(file);
    secret.write('http://127.0.0.1:7080');
    const text = readFileSync(file, 'utf8');
    expect(text).toMatch(/^x-sextant-local-secret: [\w-]{43}\nx-sextant-local-url: http:\/\/127\.0\.0\.1:7080\n$/);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const [, value = ''] = /secret: (\S+)/.exec(text) ?? [];
    expect([secret.matches(value), secret.matches(`${value}x`), secret.matches('')]).toEqual([true, false, false]);
    expect(new LocalSecret(file).matches(value)).toBe(false);
    secret.remove();
    secret.remove();
    expect(() => statSync(file)).toThrow('ENOENT');
  });

  it('lets a program in by its header, and a wrong one is refused', async () => {
    const secret = new LocalSecret('/nowhere');
    const { ask } = await served(() => 1001, { secret });
    const [, value = ''] = /token=(.*)/.exec(secret.linkOf('http://x')) ?? [];
    expect(await ask({ 'x-sextant-local-secret': value })).toBe('owner');
    expect(await ask({ 'x-sextant-local-secret': 'guessed' })).toBe('SEXTANT_AUTH_LOCAL_SECRET');
    expect(await ask({ 'x-sextant-local-secret': value, 'x-forwarded-for': '203.0.113.9' })).toBe('unknown');
  });
});
