import type { Tx } from '@sextant/sdk';

/** What is written in the transaction of a change, such as its entry in the audit log. A throw undoes both. */
export type Alongside<V = void> = (tx: Tx, value: V) => Promise<void>;
