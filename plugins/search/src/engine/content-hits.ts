import { foldedMatcher } from '../regex/literal-matcher.js';
import type { Matcher } from '../regex/matcher.js';
import type { Atom } from './compiled-query.js';
import type { DocumentView, SearchWindows } from './document-view.js';
import type { SearchBudget } from './search-budget.js';

const NEWLINE = 0x0a;
const NEAR_BYTES = 256;
/** Most lines end within so many bytes. */
const MARGIN_BYTES = 1_024;
/** A document so many times larger than what is wanted of it is not read for that. */
const MUCH = 3;

/** Byte ranges, flat: start, end, start, end … in order and not overlapping. */
export type Hits = number[];

/** All hits of a pattern in a document's content, or only the first. */
export function contentHits(atom: Atom, document: DocumentView, wanted: 'all' | 'first', budget: SearchBudget): Hits {
  const hits: Hits = [];
  if (!document.searchable || !document.mayContain(atom)) return hits;
  const windows = atom.pattern.crossesLines ? undefined : document.windowsOf(atom);
  if (windows && isNotInWindows(atom, document, windows)) return hits;
  const content = document.content();
  let examined = 0;
  const visit = (start: number, end: number): boolean => {
    if (start !== end) hits.push(start, end);
    else if (isFirstOnLine(content, start, hits)) hits.push(start, end);
    else if ((++examined & 1023) === 0) return !budget.spent();
    return (wanted === 'all' || hits.length === 0) && !budget.step();
  };
  if (!windows) atom.matcher.scan(content, 0, content.length, visit);
  else if (atom.matcher.engine === 'literal') scanLiteral(atom, content, windows, visit, budget);
  else if (windows.anchor && !atom.pattern.leads) scanAnchoredLines(atom.matcher, content, windows, visit, budget);
  else scanWindows(atom.matcher, content, windows, visit, budget);
  return hits;
}

/** A pattern that can be empty matches at every byte; one empty hit tells as much as all those of its line. */
function isFirstOnLine(content: Buffer, at: number, hits: Hits): boolean {
  // Behind the last newline, and in an empty file, there is no line.
  if (at === content.length && (at === 0 || content[at - 1] === NEWLINE)) return false;
  const last = hits.at(-1);
  if (last === undefined) return true;
  const newline = content.indexOf(NEWLINE, last);
  return newline >= 0 && newline < at;
}

/** Reads of a large document what lies around its windows: true when the pattern is in none of them, and the rest need not be read. */
function isNotInWindows({ matcher, pattern: { required } }: Atom, document: DocumentView, { ranges, anchor }: SearchWindows): boolean {
  const literal = matcher.engine === 'literal' && required.kind === 'literal' ? required.bytes.length - 1 : undefined;
  if (literal === undefined && !anchor) return false;
  const margin = literal === undefined ? MARGIN_BYTES : 0;
  const overhang = literal ?? anchor!.length - 1;
  let bytes = 0;
  for (let index = 0; index < ranges.length; index += 2) bytes += ranges[index + 1]! - ranges[index]! + 2 * margin;
  if (bytes * MUCH > document.length) return false;
  for (let index = 0; index < ranges.length; index += 2) {
    const from = Math.max(ranges[index]! - margin, 0);
    const stop = Math.min(ranges[index + 1]! + overhang, document.length);
    const to = Math.min(stop + margin, document.length);
    const part = document.part(from, to);
    const isThere =
      literal === undefined
        ? mayBeOnLines(matcher, part, anchorFinder(anchor!), {
            from: ranges[index]! - from,
            stop: stop - from,
            cut: [from > 0, to < document.length],
          })
        : matcher.find(part, 0, part.length) !== undefined;
    if (isThere) return false;
  }
  return true;
}

/** Whether the pattern is on a line of the part in which the anchor begins, or on one that goes on beyond the part. */
function mayBeOnLines(
  matcher: Matcher,
  part: Buffer,
  anchor: Matcher,
  { from, stop, cut }: { readonly from: number; readonly stop: number; readonly cut: readonly [atStart: boolean, atEnd: boolean] },
): boolean {
  for (let at = from; ; ) {
    const found = anchor.find(part, at, stop);
    if (!found) return false;
    const [start, end] = [lineStart(part, found.start), lineEnd(part, found.start)];
    if ((start === 0 && cut[0]) || (end === part.length && cut[1]) || matcher.find(part, start, end)) return true;
    at = end + 1;
  }
}

const anchorFinders = new WeakMap<Buffer, Matcher>();

function anchorFinder(anchor: Buffer): Matcher {
  const known = anchorFinders.get(anchor) ?? foldedMatcher(anchor);
  anchorFinders.set(anchor, known);
  return known;
}

type Visit = (start: number, end: number) => boolean;

/** A literal has no anchors that would need whole lines; it begins in a window and may end behind it. */
function scanLiteral(
  { matcher, pattern: { required } }: Atom,
  content: Buffer,
  { ranges }: SearchWindows,
  visit: Visit,
  budget: SearchBudget,
): void {
  const overhang = required.kind === 'literal' ? required.bytes.length - 1 : 0;
  let done = 0;
  let more = true;
  const watch: Visit = (start, end) => {
    done = end;
    more = visit(start, end);
    return more;
  };
  for (let index = 0; more && index < ranges.length && !budget.step(); index += 2) {
    matcher.scan(content, Math.max(ranges[index]!, done), Math.min(ranges[index + 1]! + overhang, content.length), watch);
  }
}

/** Windows grow to whole lines, so that anchors see the edges of lines; a line that two windows share is scanned once. */
function scanWindows(matcher: Matcher, content: Buffer, { ranges }: SearchWindows, visit: Visit, budget: SearchBudget): void {
  let done = 0;
  let more = true;
  const watch: Visit = (start, end) => (more = visit(start, end));
  for (let index = 0; more && index < ranges.length && !budget.step(); index += 2) {
    const end = lineEnd(content, Math.max(ranges[index + 1]! - 1, 0));
    const start = Math.max(lineStart(content, ranges[index]!), done);
    if (start > end || (start === end && done > 0)) continue;
    matcher.scan(content, start, end, watch);
    done = end + 1;
  }
}

/** Runs the pattern only on lines in which the anchor begins inside a window. */
function scanAnchoredLines(matcher: Matcher, content: Buffer, { ranges, anchor }: SearchWindows, visit: Visit, budget: SearchBudget): void {
  const finder = anchorFinder(anchor!);
  let from = 0;
  let more = true;
  const watch: Visit = (start, end) => (more = visit(start, end));
  for (let index = 0; more && index < ranges.length; index += 2) {
    from = Math.max(from, ranges[index]!);
    const end = Math.min(ranges[index + 1]! + anchor!.length - 1, content.length);
    while (more && !budget.step()) {
      const found = finder.find(content, from, end);
      if (!found) break;
      const stop = lineEnd(content, found.start);
      matcher.scan(content, lineStart(content, found.start), stop, watch);
      from = stop + 1;
    }
  }
}

/** Start of the line that holds the byte at `at`. */
export function lineStart(content: Buffer, at: number): number {
  // Most lines are short, where a loop beats a call; minified code is one line of a megabyte, where it does not.
  const near = Math.max(at - NEAR_BYTES, 0);
  for (let start = at; start > near; start--) if (content[start - 1] === NEWLINE) return start;
  return near === 0 ? 0 : content.lastIndexOf(NEWLINE, near - 1) + 1;
}

/** End of that line, its newline not included. */
export function lineEnd(content: Buffer, at: number): number {
  const end = content.indexOf(NEWLINE, at);
  return end < 0 ? content.length : end;
}

/** The union of several lists of hits; those that overlap become one. */
export function mergeHits(lists: readonly Hits[]): Hits {
  const filled = lists.filter((list) => list.length > 0);
  if (filled.length < 2) return filled[0] ?? [];
  const pairs = filled.flatMap((list) =>
    Array.from({ length: list.length / 2 }, (_, index) => [list[index * 2]!, list[index * 2 + 1]!] as const),
  );
  pairs.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  const merged: Hits = [];
  for (const [start, end] of pairs) {
    const last = merged.length - 1;
    if (last > 0 && (start < merged[last]! || (start === merged[last - 1] && end === merged[last])))
      merged[last] = Math.max(merged[last]!, end);
    else merged.push(start, end);
  }
  return merged;
}
