import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { runProgram } from '../program.js';

interface Asked {
  readonly variables: { readonly first: number; readonly offset: number; readonly reason: string | null };
}

let server: Server;
let repository: (asked: Asked) => unknown;
let asked: Asked[];
let out: string;
let err: string;

beforeEach(async () => {
  [out, err, asked] = ['', '', []];
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    out += text;
    return true;
  });
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    err += text;
    return true;
  });
  server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    asked.push(JSON.parse(body));
    response
      .writeHead(200, { 'content-type': 'application/json' })
      .end(JSON.stringify({ data: { repository: repository(asked.at(-1)!) } }));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterEach(() => {
  server.close();
  vi.restoreAllMocks();
});

const run = (...args: readonly string[]): Promise<number> =>
  runProgram(['skipped-files', ...args, '--endpoint', `http://127.0.0.1:${(server.address() as AddressInfo).port}`]);
const indexOf = (total: number) => (one: Asked) => ({
  textSearchIndex: {
    status: { skippedFilesByReason: total === 0 ? [] : [{ reason: 'binary', count: total }] },
    skippedFiles: Array.from({ length: Math.max(0, Math.min(one.variables.first, total - one.variables.offset)) }, (_, i) => ({
      path: `image-${one.variables.offset + i}\u001b[31m.png`,
      reason: 'binary',
    })),
  },
});

describe('sextant skipped-files', () => {
  it('lists paths with their reasons, and counts them, and no name of a file reaches the terminal as it is', async () => {
    repository = indexOf(2);
    expect(await run('alpha', '--reason', 'binary')).toBe(0);
    expect(out).toContain('image-1');
    expect(out).not.toContain('\u001b');
    expect(out).toContain('Skipped: 2 binary.');
    expect(asked.map(({ variables }) => variables.reason)).toEqual(['binary']);
  });

  it('reads page after page, up to the limit', async () => {
    repository = indexOf(2_500);
    expect(await run('alpha', '--limit', '2200', '--json')).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ counts: [{ reason: 'binary', count: 2_500 }], files: { length: 2_200 } });
    expect(asked.map(({ variables: { first, offset } }) => [first, offset])).toEqual([
      [1_000, 0],
      [1_000, 1_000],
      [200, 2_000],
    ]);
  });

  it('says so when nothing was skipped, when there is no index, and when there is no such repository', async () => {
    repository = indexOf(0);
    expect(await run('alpha')).toBe(0);
    expect(out).toBe('The content of every file is searched.\n');
    repository = () => ({ textSearchIndex: null });
    expect(await run('alpha')).not.toBe(0);
    expect(err).toContain('is not indexed yet');
    repository = () => null;
    expect(await run('alpha')).not.toBe(0);
    expect(err).toContain('There is no repository "alpha"');
    expect(await run('alpha', '--limit', 'many')).not.toBe(0);
    expect(err).toContain('whole number');
  });
});
