import type { Actor, AllowedOrigins, Clock, Credentials, Logger } from '@sextant/sdk';
import type { Boundary } from '../boundary/boundary.js';
import type { Tracing } from '../observability/tracing.js';

export interface HttpServerOptions {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** Such as `/sextant`; empty for none. */
  readonly pathPrefix?: string;
  /** Where people reach Sextant: its origin may write, and its host is allowed in local mode. */
  readonly externalUrl?: string;
  /** Take the client's address from X-Forwarded-For, and its X-Request-Id. */
  readonly trustProxy?: boolean;
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
  /** True while everybody who reaches the port is let in. */
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
  /** The contributions to `core.allowed-origins@1` as they stand now. */
  readonly allowedOrigins?: () => readonly AllowedOrigins[];
}
