import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { runProgram } from './program.js';

let out = '';
let err = '';
beforeEach(() => {
  [out, err] = ['', ''];
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    out += text;
    return true;
  });
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    err += text;
    return true;
  });
});
afterEach(() => {
  vi.restoreAllMocks();
});

describe('a wrong call', () => {
  it('of a command that asks a running Sextant says how to name one', async () => {
    expect(await runProgram(['plugin', 'list', '--config', 'x.yaml'])).toBe(2);
    expect(err).toContain('asks a running Sextant: name it with --endpoint URL or SEXTANT_ENDPOINT');
    expect(err).toContain('"sextant plugin list --help"');
  });

  it('of a command that works on the data says how to name the folder', async () => {
    expect(await runProgram(['db', 'status', '--endpoint', 'http://x'])).toBe(2);
    expect(err).toContain('name the folder with --data-dir');
  });

  it('with a query that begins with a minus says where it goes', async () => {
    expect(await runProgram(['search', '-file:test compose'])).toBe(2);
    expect(err).toContain("search -- '-file:test compose'");
  });

  it('names an argument as it is given', async () => {
    expect(await runProgram(['token', 'revoke', 'abc'])).toBe(2);
    expect(err).toContain('Why: id: must be the number that "token list" shows');
  });

  it('of "config explain" proposes the key that may have been meant', async () => {
    expect(await runProgram(['config', 'explain', 'http.prot'])).toBe(2);
    expect(err).toContain('http.port');
  });
});

it('config validate tells all that is wrong at once, in the process and in plugins', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sextant-validate-'));
  const file = join(folder, 'x.yaml');
  writeFileSync(file, 'http: { prot: 1 }\nplugins: { serch: {}, search: { defaultTimout: 3s } }\n');
  expect(await runProgram(['config', 'validate', '--config', file])).toBe(1);
  rmSync(folder, { recursive: true });
  for (const key of ['http.prot', 'plugins.serch: no plugin has this id; did you mean "search"?', 'plugins.search.defaultTimout'])
    expect(err).toContain(key);
});

describe('search', () => {
  let server: Server;
  let stream: string;
  let status: number;
  const event = (name: string, data: object): string => `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
  const VERDICT = event('verdict', { words: 'Everything you may see was searched.' });
  beforeEach(async () => {
    status = 200;
    server = createServer((_request, response) => response.writeHead(status, { 'content-type': 'text/event-stream' }).end(stream));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  afterEach(() => server.close());
  const search = (...more: string[]) =>
    runProgram([...more, 'search', '--endpoint', `http://127.0.0.1:${(server.address() as AddressInfo).port}`, 'x']);

  it('says that nothing was found, before it says what was searched', async () => {
    stream = VERDICT + event('done', {});
    expect(await search()).toBe(0);
    expect(err).toBe('No results.\nEverything you may see was searched.\n');
  });

  it.each(['invalid-query', 'no-provider'])('fails for a query that nothing was searched for, in JSON too: %s', async (kind) => {
    stream = event('alert', { kind, title: 'The query cannot be understood', description: '', proposedQueries: [] });
    stream += VERDICT + event('done', {});
    expect([await search(), await search('--json')]).toEqual([1, 1]);
    expect(out).toContain(`"kind":"${kind}"`);
  });

  it('marks the hits that are behind the mirror, with the commit that was searched', async () => {
    const found = {
      type: 'content',
      repository: 'a',
      path: 'b.ts',
      commit: 'c0ffee'.padEnd(40, '0'),
      lineMatches: [{ line: 'x', lineNumber: 1 }],
    };
    stream = event('matches', [
      { ...found, stale: true, lagSeconds: 90 },
      { ...found, stale: false, lagSeconds: 0 },
    ]);
    stream += VERDICT + event('done', {});
    expect(await search()).toBe(0);
    expect(out).toBe('a/b.ts:2: x  [commit c0ffee000000 of the index, 90 s behind or more]\na/b.ts:2: x\n');
  });

  it('says at an address without search that the address is to be checked', async () => {
    [status, stream] = [404, 'No route has this path.'];
    expect(await search()).toBe(1);
    expect(err).toContain('Fix: Check the address, and that the plugin search is active there');
  });

  it('fails where the answer was cut off', async () => {
    stream = event('matches', [{ type: 'repo', repository: 'a' }]);
    expect(await search()).toBe(1);
    expect(out).toBe('a\n');
    expect(err).toContain('The answer was cut off');
  });
});
