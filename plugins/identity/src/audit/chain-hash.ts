import { createHash } from 'node:crypto';

/** An entry in its place. Positions begin at 1 and have no gaps. */
export interface ChainLink {
  readonly position: number;
  /** Canonical JSON. */
  readonly entry: string;
  /** The hash of the entry before; 32 zero bytes before the first. */
  readonly previous: Buffer;
  readonly hash: Buffer;
}

/** The end of the chain, or of the part of it that was cut. */
export interface ChainHead {
  readonly position: number;
  readonly hash: Buffer;
}

export const GENESIS: ChainHead = { position: 0, hash: Buffer.alloc(32) };

/** SHA-256 over the hash before and the entry's canonical JSON. */
export const linkHash = (previous: Buffer, entry: string): Buffer => createHash('sha256').update(previous).update(entry, 'utf8').digest();

/** As it is printed and kept elsewhere: `1234:9f86d0…`. */
export const formatHead = ({ position, hash }: ChainHead): string => `${position}:${hash.toString('hex')}`;

/** Undefined for a text that is no head. */
export function parseHead(text: string): ChainHead | undefined {
  const [, position, hash] = /^(\d{1,15}):([0-9a-f]{64})$/i.exec(text.trim()) ?? [];
  return position === undefined || hash === undefined ? undefined : { position: Number(position), hash: Buffer.from(hash, 'hex') };
}
