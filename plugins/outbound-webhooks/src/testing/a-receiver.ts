import { createServer, type IncomingHttpHeaders, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Received {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A server that webhooks are sent to, and that answers as a test says. */
export class AReceiver implements AsyncDisposable {
  readonly received: Received[] = [];
  answer: (response: ServerResponse, request: IncomingMessage) => void = (response) => void response.end('thanks');

  private constructor(readonly server: Server) {}

  /** @param at default: 127.0.0.1, and any free port */
  static async start({ host = '127.0.0.1', port = 0 }: { readonly host?: string; readonly port?: number } = {}): Promise<AReceiver> {
    const server = createServer();
    const receiver = new AReceiver(server);
    server.on('request', async (request: IncomingMessage, response: ServerResponse) => {
      let body = '';
      for await (const chunk of request) body += String(chunk);
      receiver.received.push({ headers: request.headers, body });
      receiver.answer(response, request);
    });
    await new Promise<void>((resolve) => server.listen(port, host, resolve));
    return receiver;
  }

  /** With a credential in its path, as chat services have it. */
  get url(): string {
    const { address, port } = this.server.address() as AddressInfo;
    return `http://${address}:${port}/hooks/path-canary`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}
