import type { StructuralMatches, UnparsedReason } from './contract.js';

/** From a search thread to its bridge. */
export type ToBridge =
  | { readonly type: 'find'; readonly request: FindRequest }
  /** The process at work on the request is ended; nobody waits for its reply. */
  | { readonly type: 'stop' };

/** From the bridge to the process that parses. */
export interface FindRequest {
  readonly id: number;
  readonly pattern: string;
  readonly language: string;
  readonly content: Uint8Array;
}

export type FindReply = { readonly id: number } & (StructuralMatches | { readonly unparsed: UnparsedReason });

/** From the process that parses: that it can be asked, and answers. */
export type FromProcess = 'ready' | FindReply;

/** What a bridge is started with. */
export interface BridgeSetup {
  /** One Int32: the number of replies so far. */
  readonly replies: SharedArrayBuffer;
  readonly processUrl: string;
}
