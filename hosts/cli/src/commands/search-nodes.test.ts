import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { runProgram } from '../program.js';

let server: Server;
let answer: unknown;
let asked: { readonly query: string; readonly variables: Readonly<Record<string, unknown>> }[];
let out: string;
let err: string;

const node = {
  name: 'one',
  state: 'ACTIVE',
  online: true,
  seenAt: null,
  repositories: 1_200,
  indexBytes: String(5 << 20),
  incoming: 0,
  outgoing: 0,
};
const rest = { moving: [], pinned: [], problem: null };

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
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ data: answer }));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterEach(() => {
  server.close();
  vi.restoreAllMocks();
});

const run = (...args: readonly string[]): Promise<number> =>
  runProgram([...args, '--endpoint', `http://127.0.0.1:${(server.address() as AddressInfo).port}`]);

describe('search-nodes', () => {
  it('lists nodes, what moves between them and what is wrong', async () => {
    const moving = [{ repository: { name: 'team/service' }, from: ['one'] }];
    answer = {
      searchNodes: [
        { ...node, ...rest, outgoing: 1, pinned: [{ name: 'team/library' }] },
        {
          ...node,
          ...rest,
          name: 'two',
          state: 'DRAINING',
          online: false,
          repositories: 0,
          incoming: 1,
          moving,
          problem: 'Two processes have this name.',
        },
      ],
    };
    expect(await run('search-nodes', 'list')).toBe(0);
    expect(out).toBe(
      [
        'NODE  STATE           REPOSITORIES  SIZE     MOVING     PINNED',
        'one   active          1,200         5.0 MiB  1 to go    team/library',
        'two   draining, down  0             5.0 MiB  1 to come',
        '',
        'Moving:',
        '  team/service: one → two',
        '',
        'two: Two processes have this name.',
        '',
      ].join('\n'),
    );
  });

  it('drains a node, and says where to see when it is empty', async () => {
    answer = { node: { ...node, ...rest, state: 'DRAINING' } };
    expect(await run('search-nodes', 'drain', 'one')).toBe(0);
    expect(asked[0]).toMatchObject({ query: expect.stringContaining('drainSearchNode(name: $name)'), variables: { name: 'one' } });
    expect(out).toContain('one is draining.');
    expect(out).toContain('sextant search-nodes list');
  });

  it('pins a repository by its name, and refuses one that is not there', async () => {
    answer = { repository: { id: 'UmVwb3NpdG9yeTox' } };
    expect(await run('search-nodes', 'pin', 'team/service', 'one', 'two')).toBe(0);
    expect(asked[1]?.variables).toEqual({ id: 'UmVwb3NpdG9yeTox', nodes: ['one', 'two'] });
    answer = { repository: null };
    expect(await run('search-nodes', 'unpin', 'team/nothing')).toBe(2);
    expect(err).toContain('There is no repository "team/nothing"');
  });
});
