import { type Agent, request as httpRequest, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { type Actor, type AllowedOrigins, ANONYMOUS, declareErrors, type Logger, type PluginRouter, SextantError } from '@sextant/sdk';
import { Boundary } from '../boundary/boundary.js';
import { HttpServer } from './http-server.js';
import type { HttpServerOptions } from './http-server-options.js';

const running = new Set<HttpServer>();

/** Ends the servers that a test started. */
export async function closeServers(): Promise<void> {
  for (const server of running) await server.close();
  running.clear();
}

export const open = { auth: 'public' } as const;

declareErrors({
  SEXTANT_AUTH_INVALID: { status: 401, summary: 'Wrong.', fix: 'Sign in.' },
  SEXTANT_TEST_TEAPOT: { status: 418, summary: 'A teapot.', fix: 'Use a cup.' },
});

const limited = (...scopes: string[]): Actor => ({ kind: 'user', id: 'user:1', siteAdmin: true, via: 'token', scopes });

/** Who `Authorization: token <name>` is. */
const actors: Record<string, Actor> = {
  admin: { kind: 'user', id: 'user:1', siteAdmin: true, via: 'token' },
  user: { kind: 'user', id: 'user:2', siteAdmin: false, via: 'token' },
  reads: limited('externalapi:read'),
  writes: limited('externalapi:write'),
  mcp: limited('mcp'),
  all: limited('user:all'),
  guest: { ...ANONYMOUS, guest: true },
  internal: { kind: 'internal', id: 'internal:git', siteAdmin: false, via: 'internal' },
};

export interface Reply {
  readonly status: number;
  readonly statusText: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A server on a free port with made-up actors, and a client for it. For tests. */
export class ServerBench {
  readonly lines: { level: string; message: string; fields: object | undefined }[] = [];
  resting = '';
  /** Names that are good no more. */
  readonly revoked = new Set<string>();
  current: Actor | undefined;
  port = 0;
  readonly server: HttpServer;

  constructor(options: Partial<HttpServerOptions> = {}, allowedOrigins: readonly AllowedOrigins[] = []) {
    this.server = new HttpServer({
      log: this.#log(),
      boundary: new Boundary({ allows: (plugin) => plugin !== this.resting, failed: () => {} }),
      options: { host: '127.0.0.1', port: 0, localMode: () => false, ...options },
      authenticate: async ({ headers, localMode }) => {
        const token = /^token (\w+)$/.exec(headers['authorization'] ?? '')?.[1];
        if (token === undefined) return localMode ? actors['admin']! : ANONYMOUS;
        const actor = actors[token];
        if (actor === undefined || this.revoked.has(token))
          throw new SextantError('SEXTANT_AUTH_INVALID', { what: 'The access token is not valid.' });
        return actor;
      },
      runAs: (actor, work) => {
        this.current = actor;
        return work();
      },
      allowedOrigins: () => allowedOrigins,
    });
  }

  #log(): Logger {
    const write = (level: string) => (message: string, fields?: object) => void this.lines.push({ level, message, fields });
    const log: Logger = { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error'), child: () => log };
    return log;
  }

  async start(declare?: (router: PluginRouter) => void): Promise<this> {
    if (declare) this.server.mount('test', declare);
    this.port = (await this.server.listen()).port;
    running.add(this.server);
    return this;
  }

  /** The path goes out as it is written. */
  open(
    path: string,
    options: { method?: string; headers?: Record<string, string>; body?: Uint8Array | string; agent?: Agent } = {},
  ): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      const request = httpRequest(
        {
          host: '127.0.0.1',
          port: this.port,
          path,
          method: options.method ?? 'GET',
          headers: { ...(options.body === undefined ? {} : { 'content-length': Buffer.byteLength(options.body) }), ...options.headers },
          agent: options.agent ?? false,
        },
        resolve,
      );
      request.on('error', reject);
      request.end(options.body);
    });
  }

  async ask(path: string, options: Parameters<ServerBench['open']>[1] = {}): Promise<Reply> {
    const response = await this.open(path, options);
    const chunks: Buffer[] = [];
    for await (const chunk of response) chunks.push(chunk as Buffer);
    return {
      status: response.statusCode!,
      statusText: response.statusMessage!,
      headers: response.headers,
      body: Buffer.concat(chunks).toString(),
    };
  }

  async errorOf(path: string, options: Parameters<ServerBench['open']>[1] = {}): Promise<[status: number, code: string]> {
    const { status, body } = await this.ask(path, options);
    return [status, (JSON.parse(body) as { error: { code: string } }).error.code];
  }

  /** Writes bytes on a socket and reads until it closes. */
  raw(text: string): Promise<string> {
    return new Promise((resolve, reject) => {
      let answer = '';
      const socket = connect(this.port, '127.0.0.1', () => socket.write(text));
      socket.on('data', (chunk) => {
        answer += chunk;
      });
      socket.on('close', () => resolve(answer));
      socket.on('error', reject);
    });
  }
}
