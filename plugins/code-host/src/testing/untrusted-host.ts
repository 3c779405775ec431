import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import tls from 'node:tls';
import { TestAuthority } from './certificates.js';

/** What may be wrong with a certificate. */
export const CERTIFICATE_FAULTS = ['unknown-authority', 'expired', 'for-another-address'] as const;
export type CertificateFault = (typeof CERTIFICATE_FAULTS)[number];

const DAY = 24 * 60 * 60_000;
const HERE = '127.0.0.1';

/** A server behind a certificate that nobody may trust. Whatever comes through to it all the same, it notes. */
export class UntrustedHost implements AsyncDisposable {
  /** Values of `authorization` that it was given, '' for none. */
  readonly heard: string[] = [];
  readonly #server;
  readonly #trusted = tls.getCACertificates('default');

  private constructor(fault: CertificateFault) {
    const authority = new TestAuthority();
    // All but the first are of an authority that is trusted: what is wrong is this alone.
    if (fault !== 'unknown-authority') tls.setDefaultCACertificates([...this.#trusted, authority.cert]);
    const wish = { address: fault === 'for-another-address' ? '192.0.2.1' : HERE };
    const identity = authority.issue(fault === 'expired' ? { ...wish, until: new Date(Date.now() - DAY) } : wish);
    this.#server = createServer(identity, (request, response) => {
      this.heard.push(request.headers.authorization ?? '');
      response.end('[]');
    });
    this.#server.on('tlsClientError', () => undefined);
  }

  static async start(fault: CertificateFault): Promise<UntrustedHost> {
    const host = new UntrustedHost(fault);
    await new Promise<void>((resolve) => host.#server.listen(0, HERE, resolve));
    return host;
  }

  get url(): string {
    return `https://${HERE}:${(this.#server.address() as AddressInfo).port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    tls.setDefaultCACertificates(this.#trusted);
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
