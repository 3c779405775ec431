import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { groupedSearch } from './grouped-search.js';

const whole = {
  unavailable: null as string | null,
  groups: [
    { label: 'src/\u001b[31ma.ts', count: 12, query: 'needle file:a' },
    { label: 'b.ts', count: 3, query: null },
  ],
  otherGroups: 2,
  otherCount: 4,
  ungroupedCount: 1,
  matchCount: 20,
  completeness: { exhaustive: true, words: 'Everything you may see was searched.' },
  alert: null,
};

let server: Server;
let asked: { variables: unknown };
let aggregation: typeof whole;
let out: string;
let err: string;
beforeEach(async () => {
  aggregation = whole;
  [out, err] = ['', ''];
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => Boolean((out += text)));
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => Boolean((err += text)));
  server = createServer(async (request, response) => {
    const body: Uint8Array[] = [];
    for await (const part of request) body.push(part);
    asked = JSON.parse(Buffer.concat(body).toString());
    response.end(JSON.stringify({ data: { search: { aggregation } } }));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterEach(() => {
  vi.restoreAllMocks();
  server.close();
});

const group = (groupBy: string, more: { first?: string; json?: boolean } = {}): Promise<number> =>
  groupedSearch('needle', { groupBy, json: false, endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, ...more });

describe('sextant search --group-by', () => {
  it('lists the groups, and tells apart from them what is in none and whether all was counted', async () => {
    expect(await group('capture-group', { first: '2' })).toBe(0);
    expect(asked.variables).toEqual({ query: 'needle', type: null, by: 'CAPTURE_GROUP', first: 2 });
    expect(out).toBe('      12  src/\ufffd[31ma.ts\n       3  b.ts\n');
    expect(err).toBe('       4  in 2 other groups\n       1  in no group\nEverything you may see was searched.\n');
  });

  it('prints all of it as JSON', async () => {
    expect(await group('repo', { json: true })).toBe(0);
    expect(JSON.parse(out)).toEqual(whole);
  });

  it('fails with the reason where the query has no such groups', async () => {
    aggregation = { ...whole, groups: [], otherCount: 0, ungroupedCount: 0, unavailable: 'Only commits and diffs have an author.' };
    expect(await group('author')).toBe(1);
    expect(err).toBe('Only commits and diffs have an author.\n');
  });

  it.each([
    ['owner', {}],
    ['repo', { first: 'many' }],
  ])('refuses %s %j without asking', async (mode, more) => {
    await expect(group(mode, more)).rejects.toMatchObject({ code: 'SEXTANT_CLI_USAGE' });
  });
});
