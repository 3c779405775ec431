import { core, definePart, definePlugin } from '@sextant/sdk';
import { at, startTestKernel } from '@sextant/sdk/testing';
import { expect, it } from 'vitest';
import { aServer } from './test/a-network.js';

const SECRET = 'hunter2-canary';
const caller = definePlugin({
  id: 'caller',
  version: '1.0.0',
  title: 'Caller',
  summary: 'Calls.',
  engines: { kernel: '^1.0.0' },
  toggle: 'default-on',
  parts: { api: async () => ({ default: definePart()({ deps: { http: core.http }, register() {} }) }) },
});

it('shows site admins the latest requests to other servers, as many as are kept, without secrets', async () => {
  const kernel = await startTestKernel({ plugins: [caller], config: { outbound: { log: 3 } } });
  await using server = await aServer((_request, response) =>
    response.writeHead(200, { 'x-ratelimit-remaining': '7', 'set-cookie': SECRET }).end(),
  );
  const http = kernel.service(core.http, 'caller');
  const url = (path: string): string => `http://127.0.0.1:${server.port}${path}`;
  for (const n of [1, 2, 3, 4])
    await http.fetch(url(`/${n}?page=${n}&access_token=${SECRET}`), { from: 'admin', headers: { 'private-token': SECRET } });
  await http.fetch(url(`/services/${SECRET}`)).catch(() => undefined);

  const query = `query ($first: Int, $after: String) { outboundRequests(first: $first, after: $after) {
    nodes { method url statusCode errorMessage callStack requestHeaders { name values } responseHeaders { name values } }
    totalCount pageInfo { hasNextPage endCursor } } }`;
  const { data, errors } = await kernel.graphql(query, { first: 2 });
  expect(errors).toEqual([]);
  expect(JSON.stringify(data)).not.toContain(SECRET);
  expect(at(data, 'outboundRequests.nodes.*.url')).toEqual([url('/…'), url('/4?page=4&access_token=REDACTED')]);
  expect(at(data, 'outboundRequests.nodes.*.statusCode')).toEqual([0, 200]);
  expect(at(data, 'outboundRequests.nodes.0.errorMessage')).toContain('is not called');
  expect(at(data, 'outboundRequests.nodes.*.callStack')).toEqual(['caller', 'caller']);
  expect(at(data, 'outboundRequests.nodes.1.requestHeaders')).toContainEqual({ name: 'private-token', values: ['REDACTED'] });
  expect(at(data, 'outboundRequests.nodes.1.responseHeaders')).toContainEqual({ name: 'x-ratelimit-remaining', values: ['7'] });
  expect(at(data, 'outboundRequests.totalCount')).toBe(3);
  const rest = await kernel.graphql(query, { first: 2, after: at(data, 'outboundRequests.pageInfo.endCursor') });
  expect(at(rest.data, 'outboundRequests.nodes.*.url')).toEqual([url('/3?page=3&access_token=REDACTED')]);
  expect(kernel.log.text).not.toContain(SECRET);
});
