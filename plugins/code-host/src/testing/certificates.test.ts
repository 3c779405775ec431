import { X509Certificate } from 'node:crypto';
import { createServer, get } from 'node:https';
import type { AddressInfo } from 'node:net';
import { expect, it, vi } from 'vitest';
import { type CertificateWish, TestAuthority } from './certificates.js';

/** How a client that trusts the authority fares with a server of this certificate: its status, or the code of the failure. */
async function outcome(wish: CertificateWish, ca: (authority: TestAuthority) => string): Promise<unknown> {
  const authority = new TestAuthority();
  const server = createServer(authority.issue(wish), (_request, response) => void response.end());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    return await new Promise((resolve) =>
      get({ host: '127.0.0.1', port: (server.address() as AddressInfo).port, ca: ca(authority), agent: false }, (answer) => {
        answer.resume();
        resolve(answer.statusCode);
      }).on('error', (error) => resolve('code' in error ? error.code : error)),
    );
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

it.each<[string, CertificateWish, (authority: TestAuthority) => string, unknown]>([
  ['for its address and of the authority is trusted', { address: '127.0.0.1' }, ({ cert }) => cert, 200],
  ['that has expired is not', { address: '127.0.0.1', until: new Date('2021-01-01') }, ({ cert }) => cert, 'CERT_HAS_EXPIRED'],
  ['for another address is not', { address: '192.0.2.1' }, ({ cert }) => cert, 'ERR_TLS_CERT_ALTNAME_INVALID'],
  ['of another authority is not', { address: '127.0.0.1' }, () => new TestAuthority().cert, 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
])('a certificate %s', async (_what, wish, ca, expected) => {
  expect(await outcome(wish, ca)).toBe(expected);
});

it('a certificate is read whatever its number is', () => {
  const random = vi.spyOn(Math, 'random');
  try {
    for (const share of [0, 1e-7, 1e-5, 1e-4, 0.003, 0.01, 0.5, 0.999]) {
      random.mockReturnValue(share);
      expect(Number(`0x${new X509Certificate(new TestAuthority().cert).serialNumber}`)).toBe(1 + Math.floor(share * 0x7fff_ffff));
    }
  } finally {
    random.mockRestore();
  }
});
