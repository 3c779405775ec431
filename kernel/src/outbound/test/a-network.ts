import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Lookup } from '../guarded-lookup.js';

type Handle = (request: IncomingMessage, response: ServerResponse) => void;

/** A server on this machine that keeps what it was asked. `at`: default 127.0.0.1, and any free port. */
export async function aServer(
  handle: Handle,
  at: { readonly host?: string; readonly port?: number } = {},
): Promise<{ readonly port: number; readonly seen: IncomingMessage[] } & AsyncDisposable> {
  const seen: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    seen.push(request);
    handle(request, response);
  });
  await new Promise<void>((resolve) => server.listen(at.port ?? 0, at.host ?? '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    seen,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Names as a test has them. Of several answers each look-up takes the next, and then the last: so a name is bound anew. */
export function names(table: Readonly<Record<string, readonly (readonly string[])[]>>): Lookup & { readonly asked: string[] } {
  const turns = new Map<string, number>();
  const asked: string[] = [];
  const lookup: Lookup = (hostname, options, done) => {
    asked.push(hostname);
    const answers = table[hostname];
    const turn = turns.get(hostname) ?? 0;
    turns.set(hostname, turn + 1);
    const found = (answers?.[Math.min(turn, answers.length - 1)] ?? []).map((address) => ({
      address,
      family: address.includes(':') ? 6 : 4,
    }));
    queueMicrotask(() => {
      const [first] = found;
      if (first === undefined) done(Object.assign(new Error(`getaddrinfo ENOTFOUND ${hostname}`), { code: 'ENOTFOUND' }), []);
      else if (options.all) done(null, found);
      else done(null, first.address, first.family);
    });
  };
  return Object.assign(lookup, { asked });
}
