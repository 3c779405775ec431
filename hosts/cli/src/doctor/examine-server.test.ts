import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import '../cli-errors.js';
import { applyMends, examineServer } from './examine-server.js';

let server: Server;
let answer: unknown;
let asked: { readonly variables: unknown }[];
beforeEach(async () => {
  asked = [];
  server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    asked.push(JSON.parse(body));
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterEach(() => void server.close());
const endpoint = () => ({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, token: undefined });

it('tells the findings of the server, with what can be mended, and what other processes say of their plugins', async () => {
  const finding = { plugin: 'git', check: 'mirrors', level: 'ERROR', what: 'Torn.', why: 'A disk.', code: 'SEXTANT_X', fix: 'Mend it.' };
  const process = (instance: string, state: string) => ({ instance, state, reason: 'no disk', code: null });
  answer = {
    data: {
      doctor: [{ ...finding, mend: { id: 'git/mirrors/1', does: 'Mends it.' } }],
      plugins: [{ id: 'git', processes: [process('here', 'DEGRADED'), process('there', 'DEGRADED'), process('elsewhere', 'ACTIVE')] }],
    },
  };
  expect(await examineServer(endpoint(), true)).toEqual([
    {
      check: 'git/mirrors',
      status: 'problem',
      detail: 'Torn. A disk.',
      code: 'SEXTANT_X',
      fix: 'Mend it.',
      mend: { id: 'git/mirrors/1', does: 'Mends it.' },
    },
    { check: 'processes', status: 'warning', detail: 'The plugin "git" is degraded in there. no disk' },
  ]);
});

it('takes a server that does not run for a problem only when it was named', async () => {
  const away = endpoint();
  server.close();
  server.closeAllConnections();
  await once(server, 'close');
  expect(await examineServer(away, false)).toMatchObject([{ check: 'server', status: 'warning', code: 'SEXTANT_CLI_UNREACHABLE' }]);
  expect(await examineServer(away, true)).toMatchObject([{ check: 'server', status: 'problem' }]);
});

it('says what lets in where only the account that runs Sextant is', async () => {
  answer = { error: { code: 'SEXTANT_AUTH_LOCAL_ACCOUNT', what: 'Only one account.', why: 'It is another.', fix: 'Open the link.' } };
  expect(await examineServer(endpoint(), true)).toEqual([
    {
      check: 'server',
      status: 'problem',
      detail: 'Only one account. It is another.',
      code: 'SEXTANT_AUTH_LOCAL_ACCOUNT',
      fix: 'Open the link.',
    },
  ]);
});

it('says that a site admin has to ask', async () => {
  answer = { errors: [{ message: 'Not for you.', extensions: { code: 'SEXTANT_AUTH_FORBIDDEN' } }] };
  expect(await examineServer(endpoint(), false)).toMatchObject([
    { check: 'server', status: 'problem', detail: 'Not for you.', fix: expect.stringContaining('site admin') },
  ]);
});

it('has the named mends done, and no others', async () => {
  answer = { data: { applyMends: [{ id: 'a', outcome: 'NOT_NEEDED', error: null }] } };
  expect(await applyMends(endpoint(), [{ id: 'a', does: 'x' }])).toEqual([{ id: 'a', outcome: 'NOT_NEEDED', error: null }]);
  expect(asked[0]?.variables).toEqual({ ids: ['a'] });
});
