import { MAX_CAPTURE } from '../regex/capture-reader.js';
import type { Capture } from './compiled-query.js';
import { lineEnd, lineStart } from './content-hits.js';
import type { DocumentView } from './document-view.js';
import type { DocumentHits } from './evaluate-document.js';
import type { SearchBudget } from './search-budget.js';

/** What the counted group held in the hits of a document, each value with its number of hits. */
export function groupValuesOf(
  document: DocumentView,
  { terms }: DocumentHits,
  { atoms, reader }: Capture,
  budget: SearchBudget,
): readonly (readonly [string, number])[] {
  const counts = new Map<string, number>();
  for (const { hits } of terms.filter(({ atom }) => atoms.has(atom))) {
    const content = document.content();
    // A long line holds many hits: it is decoded once, and the way from one hit to the next is gone once.
    let end = -1;
    let text = '';
    let byte = 0;
    let index = 0;
    for (let at = 0; at < hits.length && !budget.step(); at += 2) {
      const start = hits[at]!;
      if (hits[at + 1]! > end) {
        byte = lineStart(content, start);
        index = 0;
        end = lineEnd(content, hits[at + 1]!);
        text = content.toString('utf8', byte, end);
      }
      index += content.toString('utf8', byte, start).length;
      byte = start;
      const value = reader.at(text, index, index + content.toString('utf8', start, hits[at + 1]!).length);
      if (value !== undefined && value.length <= MAX_CAPTURE) counts.set(value, (counts.get(value) ?? 0) + 1);
    }
  }
  return [...counts];
}
