import type { Tx } from '@sextant/sdk';

/** Carries texts of less than 8,000 bytes between processes, at most once. */
export interface EventTransport {
  /** With `tx`, sent when it commits. */
  send(message: string, tx?: Tx): Promise<void>;
  /** Called once: from when it resolves, what other processes send arrives. */
  receive(listener: (message: string) => void): Promise<void>;
  close(): Promise<void>;
}

/** For one process alone: nobody to send to. */
export const localTransport: EventTransport = { send: async () => undefined, receive: async () => undefined, close: async () => undefined };
