import type { Atom } from './compiled-query.js';
import { type RankedQuery, squeezed, together } from './ranked-query.js';

/** How much of the name a pattern is: `STEM` without the ending, however its parts are separated. */
const WHOLE = 1;
const STEM = 0.9;
const PREFIX = 0.6;
const INSIDE = 0.4;
const FOLDER = 0.2;
/** Shorter names are words that stand in many queries. */
const LEAST_NAME = 3;

/** How well the path of a document is named by a query, 0–1. */
export function filenameWorth(path: Buffer, { atoms, joined }: RankedQuery): number {
  const base = path.lastIndexOf(0x2f) + 1;
  const dot = path.indexOf(0x2e, base + 1);
  const name = { path, base, stem: dot > base ? dot : path.length };
  const stem = squeezed(path.toString('utf8', base, name.stem));
  if (joined !== undefined && stem === joined) return STEM;
  return together(
    atoms.map((atom) => ofPattern(atom, name, stem)),
    atoms.length,
  );
}

function ofPattern(
  { matcher, pattern: { spec } }: Atom,
  { path, base, stem }: { readonly path: Buffer; readonly base: number; readonly stem: number },
  name: string,
): number {
  const found = matcher.find(path, base, path.length);
  if (found?.start === base && found.end === path.length && found.end > base) return WHOLE;
  if (name.length >= LEAST_NAME && spec.kind === 'literal' && squeezed(spec.source) === name) return STEM;
  if (!found || found.start === found.end) return base > 0 && matcher.find(path, 0, base) ? FOLDER : 0;
  if (found.start === base) return found.end === stem ? STEM : PREFIX;
  return INSIDE;
}
