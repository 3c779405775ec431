import { IdSet } from '@sextant/sdk';

/** Repositories of one piece: a kilobyte, which PostgreSQL keeps in its row. */
export const PIECE = 8_192;
const BYTES = PIECE / 8;

export interface Piece {
  readonly piece: number;
  /** {@link BYTES} long, so that every bit of it can be set. */
  readonly bits: Buffer;
}

/** The pieces that hold something. */
export function piecesOf(set: IdSet): readonly Piece[] {
  const bytes = set.toBytes();
  const pieces: Piece[] = [];
  for (let piece = 0; piece * BYTES < bytes.length; piece++) {
    const part = bytes.subarray(piece * BYTES, (piece + 1) * BYTES);
    if (part.every((byte) => byte === 0)) continue;
    const bits = Buffer.alloc(BYTES);
    bits.set(part);
    pieces.push({ piece, bits });
  }
  return pieces;
}

export function setOf(pieces: readonly Piece[]): IdSet {
  const highest = pieces.reduce((most, { piece }) => Math.max(most, piece + 1), 0);
  const bytes = new Uint8Array(highest * BYTES);
  for (const { piece, bits } of pieces)
    for (let i = 0; i < bits.length; i++) bytes[piece * BYTES + i] = (bytes[piece * BYTES + i] ?? 0) | (bits[i] ?? 0);
  return IdSet.fromBytes(bytes);
}
