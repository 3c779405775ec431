import type { IncomingMessage } from 'node:http';
import type { Actor, AllowedOrigins, Clock, Credentials, Logger, PeerAccount } from '@sextant/sdk';
import type { Boundary } from '../boundary/boundary.js';
import type { Tracing } from '../observability/tracing.js';
import type { RequestLimiter } from './rate-limits/request-limiter.js';
import type { TransportSecurity } from './transport-security.js';

export interface HttpServerOptions {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** Such as `/sextant`; empty for none. */
  readonly pathPrefix?: string;
  /** Where people reach Sextant: its origin may write, and its host is allowed in local mode. */
  readonly externalUrl?: string;
  /** Strict-Transport-Security, where the external URL is https; default: a year, without subdomains. */
  readonly hsts?: TransportSecurity;
  /** Take the client's address from X-Forwarded-For, and its X-Request-Id. */
  readonly trustProxy?: boolean;
  /** Limits the requests of users and addresses, but for routes that decide themselves who may; default: none are limited. */
  readonly limiter?: RequestLimiter;
  /** Bytes of a body, for routes that say nothing else. */
  readonly maxBody?: number;
  /** Milliseconds of a request, for routes that say nothing else. */
  readonly requestTimeout?: number;
  /** Milliseconds for the headers to arrive. */
  readonly headersTimeout?: number;
  /** Milliseconds between two parts of a body. */
  readonly bodyTimeout?: number;
  /** Milliseconds that an idle connection is kept. */
  readonly keepAliveTimeout?: number;
  readonly maxConnections?: number;
  /** Milliseconds between two looks at whether who reads a stream still may. */
  readonly readerCheck?: number;
  /** By which these go; default: real time. */
  readonly clock?: Pick<Clock, 'sleep'>;
  /** True while only this machine can come in. */
  localMode(): boolean;
}

export interface HttpServerParts {
  readonly log: Logger;
  readonly boundary: Boundary;
  readonly options: HttpServerOptions;
  /** Never undefined: who brings no credential is anonymous, or the local admin. */
  authenticate(credentials: Credentials): Promise<Actor>;
  runAs<R>(actor: Actor, work: () => R): R;
  readonly tracing?: Tracing;
  /** Tells which account of this machine sends a request; without it, none is known. */
  readonly peers?: { of(request: IncomingMessage): Promise<PeerAccount> };
  /** The contributions to `core.allowed-origins@1` as they stand now. */
  readonly allowedOrigins?: () => readonly AllowedOrigins[];
}
