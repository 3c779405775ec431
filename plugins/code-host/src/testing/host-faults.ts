import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';

/** How a host fails in a request: the same for every host, and done by {@link HostFaults.wrap}. */
const TRANSPORT = {
  unauthorized: reply(401, 'application/json', '{"message":"no"}'),
  forbidden: reply(403, 'application/json', '{"message":"no"}'),
  absent: reply(404, 'application/json', '{"message":"no"}'),
  gone: reply(410, 'application/json', '{"message":"no"}'),
  limited: reply(429, 'application/json', '{"message":"too many"}', { 'retry-after': '60' }),
  'limited-without-time': reply(429, 'application/json', '{"message":"too many"}'),
  'limited-as-forbidden': reply(403, 'application/json', '{"message":"secondary rate limit"}', { 'retry-after': '60' }),
  broken: reply(500, 'text/plain', 'oops'),
  'bad-gateway': reply(502, 'text/html', '<html>502</html>'),
  unavailable: reply(503, 'text/html', '<html>503</html>'),
  'login-page': reply(200, 'text/html; charset=utf-8', '<html><form>Sign in</form></html>'),
  'no-json': reply(200, 'application/json', 'all good'),
  'empty-body': reply(200, 'application/json', ''),
  'empty-object': reply(200, 'application/json', '{}'),
  null: reply(200, 'application/json', 'null'),
  'redirect-loop': (request: IncomingMessage, response: ServerResponse) =>
    void response.writeHead(302, { location: request.url ?? '/' }).end(),
  'redirect-inside': reply(302, 'text/html', '', { location: 'http://169.254.169.254/latest/meta-data/' }),
  reset: (request: IncomingMessage) => void request.socket.destroy(),
  hang: () => undefined,
  trickle: (_request: IncomingMessage, response: ServerResponse) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    const timer = setInterval(() => response.write(' '), 50);
    response.on('close', () => clearInterval(timer));
  },
} as const;

/** What is done to the answer that the host would have given. */
const SPOILED = {
  truncated: (body: Buffer) => body.subarray(0, Math.floor(body.length / 2)),
} as const;

/** What only the host's fake can do, because it is in how its lists are paged. */
export const LISTING_FAULTS = ['endless-pages', 'same-page-again', 'repeated-repositories', 'empty-page-between', 'wrong-total'] as const;

export type HostFault = keyof typeof TRANSPORT | keyof typeof SPOILED;
export type ListingFault = (typeof LISTING_FAULTS)[number];

/** Faults after which a list must have thrown, when they stay. */
export const STAYING_FAULTS = [...Object.keys(TRANSPORT), ...Object.keys(SPOILED)] as readonly HostFault[];
/** Faults that pass by: whoever asks again has the whole list. */
export const PASSING_FAULTS: readonly HostFault[] = [
  'limited',
  'limited-without-time',
  'limited-as-forbidden',
  'broken',
  'bad-gateway',
  'unavailable',
  'reset',
];

/** The faults of a fake host. Its server answers by `wrap`, and its lists look at `listing`. */
export class HostFaults {
  listing: ListingFault | undefined;
  #fault: HostFault | undefined;
  #after = 0;
  #times = 0;

  /** From the `after`-th request on, counted from 0, so many `times`; default: at once, for ever. */
  next(fault: HostFault, { after = 0, times = Number.POSITIVE_INFINITY }: { readonly after?: number; readonly times?: number } = {}): void {
    this.#fault = fault;
    this.#after = after;
    this.#times = times;
  }

  clear(): void {
    this.#fault = undefined;
    this.listing = undefined;
  }

  /** The answer to the next request never comes, or never ends. */
  get willNotEnd(): boolean {
    return this.#isNext && (this.#fault === 'hang' || this.#fault === 'trickle');
  }

  wrap(handle: RequestListener): RequestListener {
    return (request, response) => {
      const fault = this.#take();
      if (fault === undefined) return handle(request, response);
      if (fault in TRANSPORT) return TRANSPORT[fault as keyof typeof TRANSPORT](request, response);
      const spoil = SPOILED[fault as keyof typeof SPOILED];
      const end = response.end.bind(response);
      // Only what the fake sends in one piece is spoiled; fakes send nothing else.
      response.end = ((chunk?: unknown) => {
        if (!response.headersSent) response.removeHeader('content-length');
        return end(spoil(Buffer.from(typeof chunk === 'string' || chunk instanceof Uint8Array ? chunk : '')));
      }) as typeof response.end;
      handle(request, response);
    };
  }

  #take(): HostFault | undefined {
    if (!this.#isNext) {
      this.#after--;
      return undefined;
    }
    this.#times--;
    return this.#fault;
  }

  get #isNext(): boolean {
    return this.#fault !== undefined && this.#after <= 0 && this.#times > 0;
  }
}

function reply(status: number, type: string, body: string, headers: Readonly<Record<string, string>> = {}) {
  return (_request: IncomingMessage, response: ServerResponse): void =>
    void response.writeHead(status, { 'content-type': type, ...headers }).end(body);
}
