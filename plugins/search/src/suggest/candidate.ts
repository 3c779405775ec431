import type { SuggestionKind } from '../api.js';
import type { Fit } from './name-ranker.js';

/** Something that may be suggested, with what its place among the others depends on. */
export interface Candidate {
  readonly kind: SuggestionKind;
  readonly label: string;
  readonly detail?: string;
  readonly insertText: string;
  readonly fit: Fit;
  /** How much it matters among its kind, such as the stars of its repository. */
  readonly weight: number;
  /** What the asker must still see when it is suggested. */
  readonly of?: { readonly repositoryId: number; readonly path?: string };
}

const KINDS: readonly SuggestionKind[] = ['filter', 'value', 'predicate', 'language', 'revision', 'repository', 'file', 'symbol'];

/** The best of them, each text once. No kind takes more than half of the room while there are others. */
export function bestOf(candidates: readonly Candidate[], first: number): readonly Candidate[] {
  const known = new Set<string>();
  const taken = new Map<SuggestionKind, number>();
  const fair: Candidate[] = [];
  const more: Candidate[] = [];
  for (const candidate of [...candidates].sort(compare)) {
    const { kind, insertText } = candidate;
    const key = `${kind} ${insertText}`;
    if (known.has(key)) continue;
    known.add(key);
    const count = (taken.get(kind) ?? 0) + 1;
    taken.set(kind, count);
    (count <= Math.ceil(first / 2) ? fair : more).push(candidate);
  }
  return [...fair.slice(0, first), ...more].slice(0, first).sort(compare);
}

function compare(a: Candidate, b: Candidate): number {
  return (
    a.fit - b.fit ||
    KINDS.indexOf(a.kind) - KINDS.indexOf(b.kind) ||
    b.weight - a.weight ||
    a.label.length - b.label.length ||
    order(a.label, b.label) ||
    order(a.insertText, b.insertText) ||
    order(a.detail ?? '', b.detail ?? '')
  );
}

const order = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
