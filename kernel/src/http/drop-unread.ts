import type { IncomingMessage, ServerResponse } from 'node:http';

/**
 * The rest of a body that nobody read stands in the way of the next request. A short one is read and dropped. A long one
 * ends the connection, a while after the answer: a socket closed over unread bytes takes the answer down with it.
 */
export function dropUnread(request: IncomingMessage, response: ServerResponse): void {
  const finished = (): void => {
    if (request.complete) return;
    const timer = setTimeout(() => request.socket.destroySoon(), 1_000).unref();
    request.once('close', () => clearTimeout(timer)).once('end', () => clearTimeout(timer));
  };
  if (response.writableFinished) finished();
  else response.once('finish', finished);
  request.resume();
}
