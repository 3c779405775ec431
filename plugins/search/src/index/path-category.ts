/** Bits of what a path says about a file; they lower its rank and its place in a shard, never its being found. */
export const CATEGORY = { test: 1, vendored: 2, generated: 4, minified: 8 } as const;

const TEST =
  /(^|\/)(tests?|__tests__|spec|specs|testdata|fixtures?|e2e)\/|[._-](test|spec)s?\.[^/]+$|(^|\/)test_[^/]+$|Tests?\.(java|kt|cs|scala|swift)$/;
const VENDORED = /(^|\/)(vendor|third_party|third-party|node_modules|external|deps|bower_components|Godeps)\//;
const GENERATED =
  /(^|\/)(generated|gen|dist|build)\/|\.(pb|gen|generated|g)\.[^/]+$|_pb2?\.[^/]+$|(^|\/)(package-lock\.json|yarn\.lock|pnpm-lock\.yaml|go\.sum|Cargo\.lock|poetry\.lock)$/;
const MINIFIED = /[.-]min\.(js|css|mjs)$|\.map$/;

export function pathCategory(path: string): number {
  return (
    (TEST.test(path) ? CATEGORY.test : 0) |
    (VENDORED.test(path) ? CATEGORY.vendored : 0) |
    (GENERATED.test(path) ? CATEGORY.generated : 0) |
    (MINIFIED.test(path) ? CATEGORY.minified : 0)
  );
}

/**
 * The static order of documents, best first: what a limited search sees first and what breaks ties in ranking.
 * Negative when `a` comes before `b`.
 */
export function compareDocuments(a: StaticRank, b: StaticRank): number {
  return (
    Number(a.skipped) - Number(b.skipped) ||
    severity(a.category) - severity(b.category) ||
    a.path.length - b.path.length ||
    a.size - b.size ||
    (a.path < b.path ? -1 : a.path > b.path ? 1 : 0)
  );
}

export interface StaticRank {
  readonly path: string;
  readonly size: number;
  readonly category: number;
  readonly skipped: boolean;
}

function severity(category: number): number {
  if (category & (CATEGORY.generated | CATEGORY.minified)) return 3;
  return category & CATEGORY.vendored ? 2 : category & CATEGORY.test ? 1 : 0;
}
