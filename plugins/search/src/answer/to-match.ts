import type { Repository } from '@sextant/plugin-code-host/api';
import type { MirrorState } from '@sextant/plugin-git/api';
import type { Freshness, MatchBase, SearchMatch } from '../api.js';
import type { EngineDocument } from '../engine/contract.js';

/** @param at `index`: what was searched is a copy; a default branch may have moved past it by `now`, as far as its mirror tells */
export function baseOf(
  repository: Repository,
  mirror: MirrorState | undefined,
  at: {
    readonly branches: readonly string[];
    readonly commit: string;
    readonly index?: { readonly indexedAt: string | undefined; readonly now: Date };
  },
): MatchBase {
  return {
    repository: {
      id: repository.id,
      name: repository.name,
      stars: repository.stars,
      private: repository.private,
      fork: repository.fork,
      archived: repository.archived,
      description: repository.description,
      ...(mirror?.lastFetched ? { lastFetched: mirror.lastFetched.toISOString() } : {}),
    },
    branches: at.branches,
    commit: at.commit,
    freshness: at.index ? freshnessOf(mirror, at, at.index) : CURRENT,
  };
}

const CURRENT: Freshness = { stale: false, lagSeconds: 0 };

function freshnessOf(
  mirror: MirrorState | undefined,
  { branches, commit }: { readonly branches: readonly string[]; readonly commit: string },
  { indexedAt, now }: { readonly indexedAt: string | undefined; readonly now: Date },
): Freshness {
  const head = mirror?.head;
  const stale = head !== undefined && head.commit !== commit && branches.includes(head.branch);
  return { ...(indexedAt ? { indexedAt } : {}), stale, lagSeconds: stale ? lagOf(mirror, now) : 0 };
}

/** Any ref's last move is none before the default branch's. The times of mirrors are the database's, whose clock may be ahead of ours. */
function lagOf(mirror: MirrorState | undefined, now: Date): number {
  const moved = mirror?.lastChanged ?? mirror?.lastFetched ?? now;
  return Math.max(0, Math.floor((now.getTime() - moved.getTime()) / 1_000));
}

/** A document with lines to show is a content match, one with symbols a symbol match, else its path matched. */
export function toMatch(document: EngineDocument, base: MatchBase): SearchMatch {
  const { path, language, pathRanges, score } = document;
  const common = { ...base, path, pathRanges, score, ...(language ? { language } : {}) };
  if (document.symbols.length > 0) {
    return {
      ...common,
      type: 'symbol',
      symbols: document.symbols.map((s) => ({
        name: s.name,
        kind: s.kind,
        containerName: s.container ?? '',
        line: s.line,
        column: s.column,
        // From the root, as the field's servers send it: src, which joins it to its endpoint with a slash of its own, prints two there too.
        url: `/${base.repository.name}@${base.branches[0] ?? base.commit}/-/blob/${path.split('/').map(encodeURIComponent).join('/')}?L${s.line + 1}:${s.column + 1}-${s.line + 1}:${s.column + 1 + [...s.name].length}`,
      })),
    };
  }
  if (document.chunks.length > 0 || document.inContent) {
    return {
      ...common,
      type: 'content',
      matchCount: document.matchCount,
      ...(document.captures ? { captures: document.captures } : {}),
      ...(document.groupValues ? { groupValues: document.groupValues } : {}),
      chunks: document.chunks.map((c) => ({ content: c.text, start: c.start, ranges: c.ranges, truncated: c.truncated ?? false })),
    };
  }
  return { ...common, type: 'path' };
}
