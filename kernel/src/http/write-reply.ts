import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { RouteReply } from '@sextant/sdk';
import { prefersGzip } from './content-negotiation.js';

const compress = promisify(gzip);
const COMPRESS_FROM = 1024;
const COMPRESSIBLE = /^(?:text\/(?!event-stream)|application\/(?:[\w.+-]*json|javascript|xml|wasm)|image\/svg\+xml)/;

/** What a client that can read it would otherwise have to be told by every route. A route's own headers win. */
const DEFAULT_HEADERS: Readonly<Record<string, string>> = {
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'strict-origin-when-cross-origin',
  'cross-origin-resource-policy': 'same-origin',
  'cache-control': 'no-store',
};

/** A reply whose body is text or bytes already. */
export interface SentReply extends RouteReply {
  readonly body?: string | Uint8Array | AsyncIterable<Uint8Array | string>;
}

export interface Sending {
  readonly head: boolean;
  readonly headers: IncomingHttpHeaders;
  readonly signal: AbortSignal;
  /** Enters plugin code: the body's iterator is the plugin's. */
  enter<R>(work: () => R): R;
}

export const isStream = (body: RouteReply['body']): body is AsyncIterable<Uint8Array | string> =>
  typeof body === 'object' && body !== null && Symbol.asyncIterator in body;

/** Server-sent events, whose reader may stay for as long as it likes. */
export const isEventStream = ({ body, headers = {} }: RouteReply): boolean =>
  isStream(body) &&
  Object.entries(headers).some(([name, value]) => name.toLowerCase() === 'content-type' && value.startsWith('text/event-stream'));

/** Sends a reply. Resolves when the last byte was handed to the socket or the client went away. @throws what a streamed body throws. */
export async function writeReply(response: ServerResponse, reply: SentReply, sending: Sending): Promise<void> {
  if (isStream(reply.body)) return writeStream(response, reply, reply.body, sending);
  let bytes = reply.body;
  const headers = lowerCase(reply.headers);
  if (bytes !== undefined) headers['content-type'] ??= typeof bytes === 'string' ? 'text/plain; charset=utf-8' : 'application/octet-stream';
  setHead(response, reply, headers);
  let length = bytes === undefined ? 0 : Buffer.byteLength(bytes);
  if (
    bytes !== undefined &&
    length >= COMPRESS_FROM &&
    headers['content-encoding'] === undefined &&
    COMPRESSIBLE.test(headers['content-type'] ?? '')
  ) {
    response.appendHeader('vary', 'accept-encoding');
    if (prefersGzip(sending.headers)) {
      bytes = await compress(bytes, { level: 4 });
      length = bytes.length;
      response.setHeader('content-encoding', 'gzip');
      // Bytes of two codings are not the same bytes.
      if (headers['etag'] !== undefined && !headers['etag'].startsWith('W/')) response.setHeader('etag', `W/${headers['etag']}`);
    }
  }
  if (!hasNoBody(response.statusCode)) response.setHeader('content-length', length);
  // A text goes out in one write with the head; bytes would be a second part of it.
  response.end(sending.head || hasNoBody(response.statusCode) ? undefined : bytes);
}

async function writeStream(
  response: ServerResponse,
  reply: RouteReply,
  body: AsyncIterable<Uint8Array | string>,
  sending: Sending,
): Promise<void> {
  const iterator = sending.enter(() => body[Symbol.asyncIterator]());
  let over = false;
  const close = async (): Promise<void> => {
    if (over) return;
    over = true;
    await sending.enter(async () => iterator.return?.());
  };
  // A source that waits for its next event would never notice: it is closed from here.
  const gone = (): void => void close().catch(() => undefined);
  sending.signal.addEventListener('abort', gone, { once: true });
  const gathering = new Gathering(response);
  try {
    const headers = lowerCase(reply.headers);
    headers['content-type'] ??= 'application/octet-stream';
    const isEvents = headers['content-type'].startsWith('text/event-stream');
    if (isEvents) {
      headers['cache-control'] ??= 'no-cache';
      // Proxies of the field buffer answers unless told not to.
      headers['x-accel-buffering'] ??= 'no';
    }
    setHead(response, reply, headers);
    if (sending.head || sending.signal.aborted || hasNoBody(response.statusCode)) {
      response.end();
      return;
    }
    if (isEvents) gathering.begin();
    response.flushHeaders();
    for (;;) {
      const step = await untilAborted(
        sending.enter(async () => iterator.next()),
        sending.signal,
      );
      if (step === ABORTED) {
        // Events may end at any time; anything else cut short must not look whole.
        if (isEvents) gathering.finish();
        else response.destroy();
        return;
      }
      if (step.done) break;
      if (isEvents) gathering.begin();
      if (!response.write(step.value)) await drained(response, sending.signal);
    }
    over = true;
    gathering.finish();
  } catch (error) {
    over = true;
    throw error;
  } finally {
    sending.signal.removeEventListener('abort', gone);
    gathering.end();
    await close();
  }
}

/** An answer that is whole in so many milliseconds is one packet, its head included. */
const FIRST_AFTER = 3;

/** What is written in one turn of the event loop goes out together: events that come at once are one packet, and none waits for another. */
class Gathering {
  #corked = false;
  #first = true;

  constructor(private readonly response: ServerResponse) {}

  begin(): void {
    if (this.#corked) return;
    this.#corked = true;
    this.response.cork();
    if (this.#first) setTimeout(() => this.end(), FIRST_AFTER);
    else setImmediate(() => this.end());
    this.#first = false;
  }

  end(): void {
    if (!this.#corked) return;
    this.#corked = false;
    // Uncorking writes the parts of a chunk one by one.
    const { socket } = this.response;
    socket?.cork();
    this.response.uncork();
    socket?.uncork();
  }

  /** Ends the response; its last bytes go out with what is held back, and not before it. */
  finish(): void {
    const { socket } = this.response;
    socket?.cork();
    this.end();
    this.response.end();
    socket?.uncork();
  }
}

const ABORTED = Symbol('aborted');

function untilAborted<T>(pending: Promise<T>, signal: AbortSignal): Promise<T | typeof ABORTED> {
  return new Promise((resolve, reject) => {
    const aborted = (): void => resolve(ABORTED);
    if (signal.aborted) aborted();
    signal.addEventListener('abort', aborted, { once: true });
    pending.then(resolve, reject).finally(() => signal.removeEventListener('abort', aborted));
  });
}

/** Waits until the client has taken what was written. */
function drained(response: ServerResponse, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      response.off('drain', done);
      response.off('close', done);
      signal.removeEventListener('abort', done);
      resolve();
    };
    if (signal.aborted || response.destroyed) return resolve();
    response.on('drain', done);
    response.on('close', done);
    signal.addEventListener('abort', done, { once: true });
  });
}

function setHead(response: ServerResponse, { status = 200, cookies = [] }: RouteReply, headers: Readonly<Record<string, string>>): void {
  response.statusCode = status;
  for (const [name, value] of Object.entries({ ...DEFAULT_HEADERS, ...headers })) response.setHeader(name, value);
  if (cookies.length > 0) response.setHeader('set-cookie', cookies);
}

const lowerCase = (headers: Readonly<Record<string, string>> = {}): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
const hasNoBody = (status: number): boolean => status === 204 || status === 304 || (status >= 100 && status < 200);
