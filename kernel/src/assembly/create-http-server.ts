import type { ProcessConfig } from '@sextant/config';
import { type Clock, core, type Logger } from '@sextant/sdk';
import type { Boundary } from '../boundary/boundary.js';
import { HttpServer } from '../http/http-server.js';
import { RequestLimiter } from '../http/rate-limits/request-limiter.js';
import type { Points } from '../lifecycle/points.js';
import type { LocalAccess } from '../local-access/local-access.js';
import type { Tracing } from '../observability/tracing.js';
import { runAs } from '../services/actors.js';
import { authenticateWith } from './authentication.js';
import type { Stored } from './stored-services.js';

interface HttpServerSources {
  readonly log: Logger;
  readonly boundary: Boundary;
  readonly tracing: Tracing;
  readonly clock: Clock;
  readonly points: Points;
  readonly localMode: boolean;
  readonly localAccess: LocalAccess;
  readonly stored: Stored | undefined;
  /** Of the start; rate limits are read from `current` with each request. */
  readonly config: ProcessConfig;
  readonly current: () => ProcessConfig;
}

/** The HTTP server of a process: who a request is from, and which origins may call, is asked of the plugins as they stand at the moment. */
export function createHttpServer({
  points,
  stored,
  config,
  current,
  localMode,
  localAccess,
  clock,
  ...parts
}: HttpServerSources): HttpServer {
  return new HttpServer({
    ...parts,
    options: {
      ...config.http,
      clock,
      localMode: () => localMode,
      limiter: new RequestLimiter({ limits: () => current().http.rateLimit, shared: stored?.limitStore }),
    },
    authenticate: authenticateWith(points.list(core.authenticators), points.list(core.gates)),
    runAs,
    peers: localAccess,
    allowedOrigins: () => points.list(core.allowedOrigins).map(({ value }) => value),
  });
}
