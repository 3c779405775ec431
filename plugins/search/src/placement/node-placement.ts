import { serviceToken } from '@sextant/sdk';
import type { Holdings } from './holdings.js';

/** What a search node tells of itself. */
export interface NodeReport {
  /** Its name in the configuration. */
  readonly node: string;
  /** Another one for each start of the process: two processes with one name show by it. */
  readonly instance: string;
  /** What it holds whole. The ids may be left out once they were told. */
  readonly holds: Holdings;
  /** Of its index on disk. */
  readonly indexBytes: number;
  /** The tag of the orders that it follows. */
  readonly follows?: string;
  readonly signal?: AbortSignal;
}

export interface NodeOrders {
  /** The ids are not known here: tell them with the next report, which may come at once. */
  readonly tellHoldings: boolean;
  /** What the node holds from now on; absent while nothing can be said. `everything`: whatever the index has. */
  readonly hold?: 'everything' | Holdings;
}

/** Decides in the process that builds the index which node holds what. Search nodes call it every second or so. */
export interface NodePlacement {
  report(o: NodeReport): Promise<NodeOrders>;
}

/** Milliseconds between two reports of a node. */
export const REPORT_EVERY = 1_000;

export const nodePlacement = serviceToken<NodePlacement>('search.placement@1', {
  remote: { role: 'index', methods: { report: 'call' } },
});
