import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTestDatabase, type TestDatabase } from '@sextant/kernel';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { commit } from './testing/five-processes.js';

// A real process that may open 256 files, and more clients than that.
const LIMIT = 256;
const eventually = { timeout: 60_000, interval: 100 };

let folder: string;
let database: TestDatabase;
let child: ChildProcess;
let log = '';
let port = 0;
const crowd: Socket[] = [];
// A client that was there before the crowd: one connection, kept.
const regular = new Agent({ keepAlive: true, maxSockets: 1 });

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sextant-descriptors-'));
  chmodSync(folder, 0o711);
  const repositories = join(folder, 'repositories');
  commit(join(repositories, 'alpha'), { 'src/main.ts': 'export const one = 1; // a needle\n' });
  database = await createTestDatabase();
  child = spawn(
    'sh',
    [
      '-c',
      `ulimit -n ${LIMIT}; exec "$0" "$@"`,
      process.execPath,
      join(import.meta.dirname, '..', 'dist', 'main.js'),
      '--roles',
      'api,web,worker,scheduler,migrator,index,git,search',
    ],
    {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        PATH: process.env['PATH'] ?? '',
        HOME: folder,
        SEXTANT_PORT: '0',
        SEXTANT_DATA_DIR: join(folder, 'data'),
        SEXTANT_DATABASE_URL: database.dsn,
        SEXTANT__LOG__FORMAT: 'json',
        SEXTANT__PLUGINS__CODE_HOST__CONNECTIONS: JSON.stringify([
          { kind: 'LOCAL', displayName: 'Here', config: { roots: [repositories] } },
        ]),
      },
    },
  );
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    log += text;
  });
  port = await new Promise<number>((resolve, reject) => {
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      const found = /ready at http:\/\/[^:]+:(\d+)/.exec(text)?.[1];
      if (found) resolve(Number(found));
    });
    child.once('exit', () => reject(new Error(log.slice(-4_000))));
  });
}, 120_000);

afterAll(async () => {
  for (const socket of crowd) socket.destroy();
  regular.destroy();
  if (child && child.exitCode === null) {
    child.kill('SIGTERM');
    await once(child, 'exit');
  }
  await database?.drop();
  rmSync(folder, { recursive: true, force: true });
});

function ask(path: string, body?: object, agent: Agent | false = regular): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const call = request(
      { host: '127.0.0.1', port, path, agent, method: body ? 'POST' : 'GET', headers: body ? { 'content-type': 'application/json' } : {} },
      async (response) => {
        let text = '';
        for await (const chunk of response) text += chunk;
        resolve({ status: response.statusCode as number, text });
      },
    );
    call.on('error', reject);
    call.end(body && JSON.stringify(body));
  });
}
const search = async (word: string): Promise<boolean> => (await ask(`/.api/search/stream?q=${word}`)).text.includes('event: matches');
const content = async (path: string): Promise<unknown> => {
  const query = `{ repositories { nodes { commit(rev: "main") { blob(path: "${path}") { content } } } } }`;
  return JSON.parse((await ask('/.api/graphql', { query })).text).data?.repositories.nodes[0]?.commit?.blob?.content;
};
const openFiles = (): number => readdirSync(`/proc/${child.pid}/fd`).length;

describe('row 14: a process that may open 256 files', () => {
  it('finds and shows what it holds while more clients knock than it can take, and says so once', { timeout: 120_000 }, async () => {
    await expect.poll(() => search('needle'), eventually).toBe(true);
    let [settled, refused] = [0, 0];
    for (let i = 0; i < LIMIT * 2; i++) {
      const socket = connect(port, '127.0.0.1');
      crowd.push(socket);
      const turn = new Promise<void>((resolve) => {
        socket.once('error', () => resolve());
        socket.once('close', () => {
          refused++;
          resolve();
        });
        // Half a request holds its place until the headers are due.
        socket.once('connect', () => socket.write('GET / HTTP/1.1\r\nHost: localhost\r\nX: ', () => resolve()));
      });
      await turn;
      settled++;
    }
    expect(settled).toBe(LIMIT * 2);
    await expect.poll(() => refused, eventually).toBeGreaterThanOrEqual(LIMIT);
    expect(openFiles()).toBeLessThan(LIMIT);
    expect((await ask('/readyz')).status).toBe(200);
    expect(await search('needle')).toBe(true);
    expect(await content('src/main.ts')).toBe('export const one = 1; // a needle\n');
    const lines = log.split('\n').filter((line) => line.includes('SEXTANT_HTTP_CONNECTIONS'));
    expect(lines).toHaveLength(1);
    expect(log).not.toMatch(/EMFILE|outside every plugin/);
  });

  it('takes new clients when the crowd is gone, and has lost nothing', { timeout: 120_000 }, async () => {
    for (const socket of crowd.splice(0)) socket.destroy();
    await expect
      .poll(
        () =>
          ask('/readyz', undefined, false).then(
            ({ status }) => status,
            () => 0,
          ),
        eventually,
      )
      .toBe(200);
    commit(join(folder, 'repositories', 'alpha'), { 'src/later.ts': 'export const two = 2; // a haystack\n' });
    const { nodes } = JSON.parse((await ask('/.api/graphql', { query: '{ repositories { nodes { id } } }' })).text).data.repositories;
    const variables = { id: nodes[0].id };
    await ask('/.api/graphql', { query: 'mutation ($id: ID!) { updateMirrorRepository(repository: $id) { alwaysNil } }', variables });
    await expect.poll(() => search('haystack'), eventually).toBe(true);
    expect(await search('needle')).toBe(true);
    expect(child.exitCode).toBeNull();
  });
});
