import type { Socket } from 'node:net';

/** Answers what is no request, and ends the connection: the parser has lost its place in it. */
export function answerMalformed(
  error: NodeJS.ErrnoException,
  socket: Socket,
  headers: readonly (readonly [name: string, value: string])[] = [],
): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const [status, code, what] =
    error.code === 'HPE_HEADER_OVERFLOW'
      ? (['431 Request Header Fields Too Large', 'SEXTANT_HTTP_HEADERS_TOO_LARGE', 'The headers of the request are too large.'] as const)
      : error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
        ? (['408 Request Timeout', 'SEXTANT_HTTP_TOO_SLOW', 'The request did not arrive in its time.'] as const)
        : (['400 Bad Request', 'SEXTANT_HTTP_REQUEST', 'The request is not HTTP.'] as const);
  const body = JSON.stringify({ error: { code, what } });
  const more = headers.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  socket.end(
    `HTTP/1.1 ${status}\r\nConnection: close\r\n${more}Content-Type: application/json; charset=utf-8\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}
