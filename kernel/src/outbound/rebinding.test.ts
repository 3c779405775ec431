import { SextantError } from '@sextant/sdk';
import { rebindingDns } from '@sextant/sdk/testing';
import { describe, expect, it } from 'vitest';
import { Outbound } from './outbound.js';
import { aServer } from './test/a-network.js';

const codeOf = async (work: Promise<Response>): Promise<string> =>
  work.then(
    (response) => String(response.status),
    (error: unknown) => (SextantError.is(error) ? error.code : String(error)),
  );

// Only Linux answers at every address of 127.0.0.0/8 without being told to: 127.0.0.2 stands for a host outside, 127.0.0.1 for one inside.
describe.skipIf(process.platform !== 'linux')('a DNS server that binds a name anew (row 21)', () => {
  it('cannot lead a request inside after the check, nor the next one, nor a redirect', async () => {
    await using inside = await aServer((_request, response) => response.end('secret'));
    await using outside = await aServer(
      (request, response) =>
        request.url === '/redirect'
          ? response.writeHead(302, { location: `http://hop.example:${inside.port}/`, connection: 'close' }).end()
          : response.writeHead(200, { connection: 'close' }).end('public'),
      { host: '127.0.0.2', port: inside.port },
    );
    await using dns = await rebindingDns({
      'rebind.example': ['127.0.0.2', '127.0.0.1'],
      'still.example': ['127.0.0.2'],
      'hop.example': ['127.0.0.1'],
      'metadata.example': ['169.254.169.254'],
    });
    const http = new Outbound({ allow: ['127.0.0.2'], lookup: dns.lookup, proxy: { noProxy: '*' } }).of('test');
    const url = (name: string, path = '/'): string => `http://${name}:${inside.port}${path}`;

    expect(await (await http.fetch(url('rebind.example'))).text()).toBe('public');
    // One look-up: the server was asked once, and the connection went to what it said.
    expect(dns.asked).toEqual(['rebind.example']);
    expect(await codeOf(http.fetch(url('rebind.example')))).toBe('SEXTANT_OUTBOUND_ADDRESS');
    expect(await codeOf(http.fetch(url('still.example', '/redirect')))).toBe('SEXTANT_OUTBOUND_ADDRESS');
    expect(await codeOf(http.fetch(url('metadata.example'), { from: 'admin' }))).toBe('SEXTANT_OUTBOUND_ADDRESS');
    expect(await codeOf(http.fetch(url('unknown.example')))).toBe('SEXTANT_OUTBOUND_FAILED');
    expect([outside.seen.length, inside.seen.length]).toEqual([2, 0]);
  });
});
