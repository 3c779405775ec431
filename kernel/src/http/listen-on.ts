import { createServer, type Server } from 'node:net';
import { SextantError } from '@sextant/sdk';
import './http-errors.js';

/** @throws SEXTANT_HTTP_PORT_IN_USE, SEXTANT_HTTP_ADDRESS. */
export async function listenOn(server: Server, host: string, port: number): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const failed = (error: NodeJS.ErrnoException): void => reject(listenError(error, host, port));
    server.once('error', failed).listen(port, host, () => {
      server.off('error', failed);
      resolve();
    });
  });
}

/**
 * Sees that one could listen there, before a database is started for nothing. Somebody may take the port until then.
 * @throws SEXTANT_HTTP_PORT_IN_USE, SEXTANT_HTTP_ADDRESS.
 */
export async function refuseTakenAddress({ host, port }: { readonly host: string; readonly port: number }): Promise<void> {
  const server = createServer();
  await listenOn(server, host, port);
  await new Promise((closed) => server.close(closed));
}

function listenError(error: NodeJS.ErrnoException, host: string, port: number): Error {
  if (error.code === 'EADDRINUSE') {
    return new SextantError('SEXTANT_HTTP_PORT_IN_USE', {
      what: `Port ${port} on ${host} is taken.`,
      why: 'Another program listens there, perhaps another Sextant.',
      fix: 'Stop it, or choose another port with --port.',
      cause: error,
      details: { host, port },
    });
  }
  const why =
    error.code === 'EACCES'
      ? 'This user may not take the port.'
      : error.code === 'EADDRNOTAVAIL' || error.code === 'ENOTFOUND'
        ? 'The address is not one of this machine.'
        : error.message;
  return new SextantError('SEXTANT_HTTP_ADDRESS', {
    what: `Sextant cannot listen on ${host}:${port}.`,
    why,
    fix: 'Choose an address of this machine with --host, and a port from 1024 up with --port.',
    cause: error,
    details: { host, port },
  });
}
