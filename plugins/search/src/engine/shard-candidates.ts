import { Bitset } from '../index/bitset.js';
import { LITERAL_REACH } from '../index/posting-lists.js';
import type { PostingList, Shard } from '../index/shard.js';
import { pairOf, trigramsOf } from '../index/trigram.js';
import type { LiteralQuery } from '../regex/literal-query.js';

/** Looking into a unit costs about as much as this many bytes of a posting list. */
const BYTES_PER_UNIT = 4_096;
/** So few units are sooner looked into than thrown out. */
const FEW_UNITS = 3;
/** Where so many lists have left many units, the text is common, and further lists throw few of them out. */
const MAX_LISTS = 5;
const MANY_UNITS = 256;

/** Where in a shard a pattern can match. */
export interface Candidates {
  /** Blobs that may hold a match. */
  readonly blobs: Bitset;
  /** Units in which a line that matches has a byte; undefined: anywhere in the blobs. */
  readonly units?: Bitset;
  /** A run, in lower case, that begins in one of `units` on every line that matches. */
  readonly anchor?: Buffer;
}

/**
 * Answers undefined when the pattern can match anywhere. Never leaves out a match; it may add what is none.
 * @param oneLine a match never goes beyond its line
 */
export function candidatesOf(query: LiteralQuery, shard: Shard, oneLine: boolean): Candidates | undefined {
  switch (query.kind) {
    case 'any':
      return undefined;
    case 'none':
      return { blobs: new Bitset(shard.blobs), units: new Bitset(shard.units) };
    case 'literal': {
      const units = unitsOfLiteral(query.bytes, shard);
      return units && { units, blobs: blobsOfUnits(units, shard), anchor: query.bytes };
    }
    case 'and':
      return allCandidates(
        query.of.map((part) => candidatesOf(part, shard, oneLine)),
        shard,
        oneLine,
      );
    case 'or':
      return anyCandidates(query.of.map((part) => candidatesOf(part, shard, oneLine)));
  }
}

/** The units a literal may begin in; undefined when it is too short to say. */
function unitsOfLiteral(literal: Buffer, shard: Shard): Bitset | undefined {
  const trigrams = trigramsOfRun(literal);
  if (literal.length === 2) return shard.unitsOfPair(pairOf(literal));
  if (trigrams.length === 0) return undefined;
  const lists: PostingList[] = [];
  for (const trigram of trigrams) {
    const list = shard.postings(trigram);
    if (!list) return new Bitset(shard.units);
    lists.push(list);
  }
  lists.sort((a, b) => a.bytes - b.bytes);
  let units = shard.unitsOf(lists[0]!);
  for (let used = 1; used < lists.length; used++) {
    const list = lists[used]!;
    if (units.length < FEW_UNITS || units.length * BYTES_PER_UNIT < list.bytes) break;
    if (used >= MAX_LISTS && units.length > MANY_UNITS) break;
    units = shard.keepUnitsOf(list, units);
  }
  const set = new Bitset(shard.units);
  for (const unit of units) set.add(unit);
  return set;
}

const knownTrigrams = new WeakMap<Buffer, readonly number[]>();

/** Worked out once for all shards. */
function trigramsOfRun(literal: Buffer): readonly number[] {
  const known = knownTrigrams.get(literal) ?? trigramsOf(literal.subarray(0, LITERAL_REACH));
  knownTrigrams.set(literal, known);
  return known;
}

/** Units of different literals are not intersected, since the parts of a match may lie in neighbouring units; blobs are. */
function allCandidates(parts: readonly (Candidates | undefined)[], shard: Shard, oneLine: boolean): Candidates | undefined {
  const known = parts.filter((part) => part !== undefined);
  if (known.length === 0) return undefined;
  const blobs = known.slice(1).reduce((set, part) => set.intersect(part.blobs), known[0]!.blobs.clone());
  const best = known.reduce((a, b) => (sizeOf(b, shard) < sizeOf(a, shard) ? b : a));
  if (!oneLine || !best.units) return { blobs, units: best.units, anchor: best.anchor };
  const units = known.reduce((kept, part) => (part.units && part !== best ? onLinesWith(kept, part.units, shard) : kept), best.units);
  return { blobs: blobs.intersect(blobsOfUnits(units, shard)), units, anchor: best.anchor };
}

/** Those of the units of which some line may reach one of `others`: it is the same or a neighbour, or no line ends in between. */
function onLinesWith(units: Bitset, others: Bitset, shard: Shard): Bitset {
  const { unitLine } = shard;
  const kept = new Bitset(shard.units);
  let before = -1;
  let after = others.next(0);
  for (const unit of units) {
    while (after >= 0 && after < unit) {
      before = after;
      after = others.next(after + 1);
    }
    const reachesAfter = after >= 0 && (after <= unit + 1 || unitLine[after] === unitLine[unit + 1]);
    const reachesBefore = before >= 0 && (before === unit - 1 || unitLine[unit] === unitLine[before + 1]);
    if (reachesAfter || reachesBefore) kept.add(unit);
  }
  return kept;
}

function anyCandidates(parts: readonly (Candidates | undefined)[]): Candidates | undefined {
  const [first, ...rest] = parts;
  if (!first) return undefined;
  const blobs = first.blobs.clone();
  let units = first.units?.clone();
  for (const part of rest) {
    if (!part) return undefined;
    blobs.unite(part.blobs);
    units = part.units && units?.unite(part.units);
  }
  return { blobs, units, anchor: rest.length === 0 ? first.anchor : undefined };
}

function sizeOf({ units }: Candidates, shard: Shard): number {
  return units?.count() ?? shard.units;
}

function blobsOfUnits(units: Bitset, shard: Shard): Bitset {
  const blobs = new Bitset(shard.blobs);
  let blob = 0;
  for (let unit = units.next(0); unit >= 0; unit = units.next(shard.firstUnit[blob + 1]!)) {
    while (shard.firstUnit[blob + 1]! <= unit) blob++;
    blobs.add(blob);
  }
  return blobs;
}

/** False when no path of the shard holds what the pattern needs. */
export function mayBeInPaths(query: LiteralQuery, shard: Shard): boolean {
  return mayHold(query, (trigrams) => shard.pathsHold(trigrams));
}

/** False when no content of the shard holds what the pattern needs. */
export function mayBeInContent(query: LiteralQuery, shard: Shard): boolean {
  return mayHold(query, (trigrams) => shard.contentHolds(trigrams));
}

function mayHold(query: LiteralQuery, holds: (trigrams: readonly number[]) => boolean): boolean {
  switch (query.kind) {
    case 'any':
      return true;
    case 'none':
      return false;
    case 'literal':
      return holds(trigramsOfRun(query.bytes));
    case 'and':
      return query.of.every((part) => mayHold(part, holds));
    case 'or':
      return query.of.some((part) => mayHold(part, holds));
  }
}
