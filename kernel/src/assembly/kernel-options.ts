import type { Configuration } from '@sextant/config';
import type { Clock, Manifest, Programs } from '@sextant/sdk';
import type { PeerLookup } from '../local-access/peer-lookup.js';
import type { Logs } from '../observability/logs.js';
import type { OutboundOptions } from '../outbound/outbound.js';
import type { RunawayOptions } from './runaways-of.js';

export interface KernelOptions extends RunawayOptions, Pick<OutboundOptions, 'lookup'> {
  readonly builtin: readonly Manifest[];
  readonly configuration: Configuration;
  /** Start the always-on plugins only. */
  readonly safe?: boolean;
  /** A line for the person who watches the start. */
  readonly say?: (line: string) => void;
  readonly logs?: Logs;
  readonly clock?: Clock;
  /** Who starts programs; default: this process. */
  readonly programs?: Programs;
  /** Tells which account of this machine connects; default: by the socket tables of Linux, and on other systems not at all. */
  readonly peerLookup?: PeerLookup;
  /** False: no HTTP server, for commands. */
  readonly listen?: boolean;
}
