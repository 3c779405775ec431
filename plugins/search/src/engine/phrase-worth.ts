import type { DocumentView } from './document-view.js';
import type { DocumentHits } from './evaluate-document.js';

/** Between two words of a phrase: nothing, as in `rateLimiter`, a space, or such as `::` and `->`. */
const GAP_BYTES = 2;

/**
 * The longest run of the query's patterns, in its order, whose hits follow each other: 1 when it is all of them, 0 when no two do.
 * Of one pattern there is no phrase, and every document has it.
 */
export function phraseWorth(document: DocumentView, terms: DocumentHits['terms'], wanted: number): number {
  if (wanted <= 1) return 1;
  const inOrder = [...terms].sort((a, b) => a.atom.id - b.atom.id);
  const content = document.content();
  let longest = 1;
  let run = 0;
  /** Where runs of that length end, ascending. */
  let ends: readonly number[] = [];
  for (const { hits } of inOrder) {
    const following = run === 0 ? [] : endsBehind(content, ends, hits);
    run = following.length > 0 ? run + 1 : 1;
    ends = following.length > 0 ? following : hits.filter((_, index) => (index & 1) === 1);
    longest = Math.max(longest, run);
  }
  return (longest - 1) / (wanted - 1);
}

/** The ends of those hits that begin right behind one of `ends`. */
function endsBehind(content: Buffer, ends: readonly number[], hits: readonly number[]): number[] {
  const found: number[] = [];
  let at = 0;
  for (let index = 0; index < hits.length; index += 2) {
    const start = hits[index]!;
    while (at < ends.length && ends[at]! < start - GAP_BYTES) at++;
    for (let near = at; near < ends.length && ends[near]! <= start; near++) {
      if (!isGap(content, ends[near]!, start)) continue;
      found.push(hits[index + 1]!);
      break;
    }
  }
  return found;
}

function isGap(content: Buffer, from: number, to: number): boolean {
  for (let at = from; at < to; at++) {
    const byte = content[at]!;
    const isName = (byte >= 0x30 && byte <= 0x39) || (byte >= 0x41 && byte <= 0x5a) || (byte >= 0x61 && byte <= 0x7a) || byte >= 0x80;
    if (isName) return false;
  }
  return true;
}
