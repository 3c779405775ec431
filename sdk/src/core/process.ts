import type { Role } from '../plugin/role.js';

export interface Process {
  /** The program's version. */
  readonly version: string;
  /** A name of this process that is unique while it lives. */
  readonly instance: string;
  readonly roles: readonly Role[];
  /** Where people reach Sextant, without a trailing slash; includes the path prefix. */
  readonly externalUrl: string;
  /** Only this machine can come in: bound to loopback, and no proxy is configured to pass others on. */
  readonly localMode: boolean;
  /** A proxy in front says who connects, and is believed. */
  readonly trustsProxy: boolean;
  /** A folder of this plugin's own on this machine's disk, created when first asked for. `area` is one of the data folder's. */
  folder(area: 'repos' | 'index' | 'run'): string;
}
