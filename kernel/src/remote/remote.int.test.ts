import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type PluginState, SextantError, serviceToken } from '@sextant/sdk';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Boundary } from '../boundary/boundary.js';
import { Logs } from '../observability/logs.js';
import { RemoteClients } from './remote-client.js';
import { RemoteServer } from './remote-server.js';

interface Numbers {
  double(o: { readonly n: number; readonly signal?: AbortSignal }): Promise<number>;
  count(o: { readonly to: number; readonly signal?: AbortSignal }): AsyncIterable<number>;
  raw(o: { readonly bytes: number; readonly signal?: AbortSignal }): AsyncIterable<Uint8Array>;
  wait(o: { readonly signal?: AbortSignal }): Promise<string>;
}
const numbers = serviceToken<Numbers>('demo.numbers@1', {
  remote: { role: 'git', methods: { double: 'call', count: 'stream', raw: 'bytes', wait: 'call' } },
});

let folder: string;
let server: RemoteServer;
let clients: RemoteClients;
let client: Numbers;
let aborted: Promise<void>;
let started: Promise<void>;
let address: string;
let exposed: AsyncDisposable;
let state: PluginState;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'remote-'));
  address = `unix:${join(folder, 's')}`;
  server = new RemoteServer(
    new Boundary({ failed: () => undefined, allows: () => true }),
    new Logs({ level: 'silent', format: 'json' }).of('kernel'),
    { stateOf: (plugin) => (plugin === 'demo' ? state : undefined), grace: 1_000 },
  );
  state = 'active';
  let tellAborted: () => void;
  let tellStarted: () => void;
  aborted = new Promise((resolve) => {
    tellAborted = resolve;
  });
  started = new Promise((resolve) => {
    tellStarted = resolve;
  });
  const service: Numbers = {
    async double({ n }) {
      if (n < 0)
        throw new SextantError('SEXTANT_DEMO_NEGATIVE', { what: `${n} is negative.`, fix: 'Give a positive number.', details: { n } });
      if (n === 13) throw new Error('password=hunter2');
      return n * 2;
    },
    async *count({ to, signal }) {
      for (let i = 0; i < to && !signal?.aborted; i++) yield i;
    },
    async *raw({ bytes }) {
      for (let sent = 0; sent < bytes; sent += 65_536) yield Buffer.alloc(Math.min(65_536, bytes - sent), 7);
    },
    wait: ({ signal }) =>
      new Promise((resolve) => {
        tellStarted();
        signal?.addEventListener('abort', () => {
          tellAborted();
          resolve('aborted');
        });
      }),
  };
  exposed = server.expose(numbers, service, 'demo');
  await server.listen(address, undefined);
  clients = new RemoteClients(undefined);
  client = clients.service(numbers, [address]) as Numbers;
});
afterEach(async () => {
  await clients.close();
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

describe('services between processes', () => {
  it('answers a call, a stream of objects, and bytes', async () => {
    expect(await client.double({ n: 21 })).toBe(42);
    const counted: number[] = [];
    for await (const n of client.count({ to: 1000 })) counted.push(n);
    expect(counted.at(-1)).toBe(999);
    let size = 0;
    for await (const chunk of client.raw({ bytes: 10_000_000 })) size += chunk.length;
    expect(size).toBe(10_000_000);
  });

  it('carries a coded error whole, and another one without its text', async () => {
    await expect(client.double({ n: -1 })).rejects.toMatchObject({
      code: 'SEXTANT_DEMO_NEGATIVE',
      what: '-1 is negative.',
      details: { n: -1 },
    });
    await expect(client.double({ n: 13 })).rejects.toThrow(expect.not.stringContaining('hunter2') as never);
  });

  it('lets an abort cross', async () => {
    const controller = new AbortController();
    const call = client.wait({ signal: controller.signal });
    await started;
    controller.abort();
    await expect(call).rejects.toThrow();
    await aborted;
  });

  it('says so when nobody answers, or the service is not there', async () => {
    const other = clients.service(numbers, [`unix:${join(folder, 'nobody')}`]) as Numbers;
    await expect(other.double({ n: 1 })).rejects.toMatchObject({ code: 'SEXTANT_REMOTE_UNREACHABLE' });
    const unknown = clients.service(serviceToken<Numbers>('demo.others@1', { remote: numbers.remote as never }), [address]) as Numbers;
    await expect(unknown.double({ n: 1 })).rejects.toMatchObject({ code: 'SEXTANT_REMOTE_UNKNOWN' });
  });

  it('refuses calls of a plugin that does not run, says so in every form of call, and aborts those that do not end', async () => {
    const waiting = client.wait({});
    await started;
    const left = exposed[Symbol.asyncDispose]();
    state = 'disabled';
    const off = { code: 'SEXTANT_REMOTE_PLUGIN_OFF', status: 503, what: expect.stringContaining('"demo": it is disabled there') };
    const all = async (stream: AsyncIterable<unknown>): Promise<void> => {
      for await (const _ of stream) expect.unreachable();
    };
    await expect(client.double({ n: 1 })).rejects.toMatchObject(off);
    await expect(all(client.count({ to: 1 }))).rejects.toMatchObject(off);
    await expect(all(client.raw({ bytes: 1 }))).rejects.toMatchObject(off);
    expect(await waiting).toBe('aborted');
    await left;
    state = 'active';
    await expect(client.double({ n: 1 })).rejects.toMatchObject({ code: 'SEXTANT_REMOTE_UNKNOWN' });
  });

  it('lets calls on their way end when their service leaves', async () => {
    const stream = client.count({ to: 1_000 })[Symbol.asyncIterator]();
    await stream.next();
    const left = exposed[Symbol.asyncDispose]();
    let count = 1;
    while (!(await stream.next()).done) count++;
    await left;
    expect(count).toBe(1_000);
  });

  it('lets nobody in over TCP without certificates, and no other user over the socket', async () => {
    const open = new RemoteServer(
      new Boundary({ failed: () => undefined, allows: () => true }),
      new Logs({ level: 'silent', format: 'json' }).of('kernel'),
    );
    for (const address of ['0.0.0.0:0', '127.0.0.1:0', 'http://localhost:1'])
      await expect(open.listen(address, undefined)).rejects.toMatchObject({ code: 'SEXTANT_REMOTE_ADDRESS' });
    expect(statSync(join(folder, 's')).mode & 0o777).toBe(0o600);
  });
});
