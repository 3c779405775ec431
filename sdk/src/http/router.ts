import type { Actor, PeerAccount } from '../core/actor.js';
import type { Logger } from '../core/log.js';

export interface RouteRequest {
  readonly method: string;
  /** Decoded path without the prefix. */
  readonly path: string;
  /** Named parts of the route's path, decoded; a `*name` is its segments joined by `/`. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly actor: Actor;
  /** The address that the connection came from; behind a trusted proxy, the one it names. */
  readonly remoteAddress: string;
  /** What connects: the proxy, where one passed the request on. */
  readonly clientAddress: string;
  /** Which account of this machine sends it; looked up once for each connection. */
  peerAccount(): Promise<PeerAccount>;
  /** What the answer's `x-trace` header names: the id of its trace (32 hexadecimal digits) when traces are collected, else that of the request. */
  readonly trace: string;
  /** Aborted when the client goes away, the deadline passes or the server drains for good. */
  readonly signal: AbortSignal;
  readonly log: Logger;
  /** The whole body, decompressed; 413 beyond the route's limit. */
  bytes(): Promise<Buffer>;
  /** @throws a 400 that says what is wrong with the JSON. */
  json(): Promise<unknown>;
  /** The body as it arrives, decompressed, still bounded. */
  stream(): AsyncIterable<Uint8Array>;
}

export interface RouteReply {
  /** Default 200. */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Whole `Set-Cookie` values, each sent as a header of its own. */
  readonly cookies?: readonly string[];
  /** An iterable is sent with back-pressure and closed when the client goes away. */
  readonly body?: string | Uint8Array | AsyncIterable<Uint8Array | string> | object;
}

export interface RouteOptions {
  /**
   * Who may call it; default `user`, to whom guests belong where the site has them, for GET and HEAD. `public`: whoever brings no credential, or a good one.
   * `internal`: other Sextant processes only. `own`: the route proves its callers itself, whose credentials are none of ours; they are not looked at, no gate
   * is asked (it asks by {@link askGates} what is to hold for it, too), and the actor is anonymous.
   */
  readonly auth?: 'public' | 'user' | 'site-admin' | 'internal' | 'own';
  /**
   * An access token that is limited in scope may call it when it has one of these, on `public` routes too; one with `user:all` always may. Default
   * `externalapi:read` for GET and HEAD, `externalapi:write` for the others. Not asked for `own` and `internal`.
   */
  readonly scopes?: readonly string[];
  /**
   * Wants somebody who proved recently who they are, besides `auth`. True: by a session, access tokens are refused. `or-token`: an access token may. Default
   * false. Meant for what decides who can sign in, and for administration.
   */
  readonly confirmed?: boolean | 'or-token';
  /** Bytes after decompression; default 1 MiB. */
  readonly maxBody?: number;
  /** Milliseconds; default 60,000; 0 for streams that end themselves. */
  readonly timeout?: number;
  /** Pages of the origins in {@link AllowedOrigins} may call the route (CORS), by a token that they send: cookies are ignored. Default false. */
  readonly cors?: boolean;
  /** The route answers browsers' cross-origin writes (webhooks). Default false: they are refused. */
  readonly crossOrigin?: boolean;
}

export type RouteHandler = (request: RouteRequest) => Promise<RouteReply> | RouteReply;

/**
 * Paths: `/.api/things/:id` (one segment), `/*repo/-/raw{/*path}` (many segments, optional group).
 * Of two routes that match, the one with more literal segments wins.
 */
export interface PluginRouter {
  get(path: string, handler: RouteHandler, options?: RouteOptions): void;
  head(path: string, handler: RouteHandler, options?: RouteOptions): void;
  post(path: string, handler: RouteHandler, options?: RouteOptions): void;
  put(path: string, handler: RouteHandler, options?: RouteOptions): void;
  patch(path: string, handler: RouteHandler, options?: RouteOptions): void;
  delete(path: string, handler: RouteHandler, options?: RouteOptions): void;
  /** What browsers ask before a page of another origin may send something. Nothing answers it but the routes that a plugin adds so. */
  options(path: string, handler: RouteHandler, options?: RouteOptions): void;
}
