import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gitBackend } from '@sextant/plugin-code-host/testing';

export interface GitServer extends AsyncDisposable {
  readonly url: string;
  /** Authorization headers that arrived, newest last. */
  readonly seen: (string | undefined)[];
}

/** Serves folders of repositories over smart HTTP, behind a user name and password. `asked` is called while a request waits. */
export async function aGitServer(
  root: string,
  user: string,
  password: string,
  options: {
    readonly redirectTo?: string;
    readonly asked?: () => void;
    /** Default: 127.0.0.1, and any free port. */
    readonly host?: string;
    readonly port?: number;
  } = {},
): Promise<GitServer> {
  const { host = '127.0.0.1' } = options;
  const seen: (string | undefined)[] = [];
  const serve = gitBackend(root, (givenUser, givenPassword) => givenUser === user && givenPassword === password);
  const server = createServer((request, response) => {
    seen.push(request.headers.authorization);
    options.asked?.();
    if (options.redirectTo) {
      response.writeHead(302, { location: `${options.redirectTo}${request.url}` }).end();
      return;
    }
    serve(request, response);
  });
  await new Promise<void>((resolve) => server.listen(options.port ?? 0, host, resolve));
  return {
    url: `http://${host}:${(server.address() as AddressInfo).port}`,
    seen,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
