import { createHash } from 'node:crypto';

/** Levels of a tile, which has so many hashes at most as two to the power of it. */
const HEIGHT = 8;
const WIDTH = 2 ** HEIGHT;
const SIZE = 32;

/** Reads a tile of hashes, one after another: of level `level * 8` of the tree, beginning with number `index * 256`, so many as `width`. */
export type ReadTile = (level: number, index: number, width: number) => Promise<Buffer>;

export const leafHash = (data: string): Buffer => createHash('sha256').update('\0').update(data).digest();
const nodeHash = (left: Buffer, right: Buffer): Buffer => createHash('sha256').update('\x01').update(left).update(right).digest();

/**
 * The hash at the top of a tree of `size` records that has `leaf` as number `index`, by what stands in its tiles beside it (RFC 6962). Where it is the
 * hash that is signed, the leaf is in the signed tree, whoever gave the tiles.
 */
export function rootWith(leaf: Buffer, index: number, size: number, readTile: ReadTile): Promise<Buffer> {
  const above = async (from: number, to: number): Promise<Buffer> => {
    if (to - from === 1) return leaf;
    const middle = from + largestPowerBelow(to - from);
    return index < middle
      ? nodeHash(await above(from, middle), await beside(middle, to))
      : nodeHash(await beside(from, middle), await above(middle, to));
  };
  const beside = async (from: number, to: number): Promise<Buffer> => {
    const count = to - from;
    const level = Math.log2(count);
    if (Number.isInteger(level)) return await complete(level, from / count);
    const middle = from + largestPowerBelow(count);
    return nodeHash(await beside(from, middle), await beside(middle, to));
  };
  /** The hash over two to the power of `level` records, which a tile has, or has what it is made of. */
  const complete = async (level: number, number: number): Promise<Buffer> => {
    const tileLevel = Math.floor(level / HEIGHT);
    const count = 2 ** (level % HEIGHT);
    const first = number * count;
    const tile = Math.floor(first / WIDTH);
    const there = Math.floor(size / WIDTH ** tileLevel);
    const data = await readTile(tileLevel, tile, Math.min(WIDTH, there - tile * WIDTH));
    const at = first % WIDTH;
    let hashes = Array.from({ length: count }, (_, i) => data.subarray((at + i) * SIZE, (at + i + 1) * SIZE));
    while (hashes.length > 1) hashes = Array.from({ length: hashes.length / 2 }, (_, i) => nodeHash(hashes[2 * i]!, hashes[2 * i + 1]!));
    return hashes[0]!;
  };
  return above(0, size);
}

/** Where a tile is below its database: its number in groups of three digits, and its width where it is not full. */
export function tilePath(level: number, index: number, width: number): string {
  const groups = [String(index % 1_000).padStart(3, '0')];
  for (let rest = Math.floor(index / 1_000); rest > 0; rest = Math.floor(rest / 1_000))
    groups.unshift(`x${String(rest % 1_000).padStart(3, '0')}`);
  return `tile/${HEIGHT}/${level}/${groups.join('/')}${width === WIDTH ? '' : `.p/${width}`}`;
}

export const FULL_TILE = WIDTH;
export const tileBytes = (width: number): number => width * SIZE;

const largestPowerBelow = (count: number): number => 2 ** Math.floor(Math.log2(count - 1));
