/** Letters of a beginning that is taken for the whole. */
const SHORTEST_BEGINNING = 2;

/** The candidate nearest to the text, when it is near enough to be a slip of the fingers; else the shortest that begins like it. */
export function nearest(text: string, candidates: readonly string[]): string | undefined {
  const wanted = text.toLowerCase();
  return byDistance(wanted, candidates) ?? byBeginning(wanted, candidates);
}

function byBeginning(wanted: string, candidates: readonly string[]): string | undefined {
  if (wanted.length < SHORTEST_BEGINNING) return undefined;
  return candidates
    .filter((candidate) => candidate.toLowerCase().startsWith(wanted))
    .reduce<string | undefined>((best, candidate) => (best === undefined || candidate.length < best.length ? candidate : best), undefined);
}

function byDistance(wanted: string, candidates: readonly string[]): string | undefined {
  let best: string | undefined;
  let bestDistance = Math.min(3, Math.ceil(wanted.length / 3) + 1);
  for (const candidate of candidates) {
    if (Math.abs(candidate.length - wanted.length) >= bestDistance) continue;
    const distance = editDistance(wanted, candidate.toLowerCase(), bestDistance);
    if (distance < bestDistance) [best, bestDistance] = [candidate, distance];
  }
  return best;
}

/** Levenshtein's distance, where two neighbours that changed places count as one edit; at least `limit` where it is that or more. */
function editDistance(a: string, b: string, limit: number): number {
  let [beforeLast, last] = [new Uint16Array(b.length + 1), Uint16Array.from({ length: b.length + 1 }, (_, i) => i)];
  for (let i = 1; i <= a.length; i++) {
    const row = new Uint16Array(b.length + 1);
    row[0] = i;
    let least = i;
    for (let j = 1; j <= b.length; j++) {
      const substitution = last[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      let distance = Math.min(substitution, last[j]! + 1, row[j - 1]! + 1);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) distance = Math.min(distance, beforeLast[j - 2]! + 1);
      row[j] = distance;
      least = Math.min(least, distance);
    }
    // A change of places reaches back two rows, and costs one itself.
    if (least > limit) return limit;
    [beforeLast, last] = [last, row];
  }
  return last[b.length]!;
}
