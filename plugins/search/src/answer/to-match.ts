import type { Repository } from '@sextant/plugin-code-host/api';
import type { MatchBase, SearchMatch } from '../api.js';
import type { EngineDocument } from '../engine/contract.js';

export interface MirrorFacts {
  readonly lastFetched: Date | undefined;
  /** The default branch's commit at the last fetch. */
  readonly head: string | undefined;
}

export function baseOf(
  repository: Repository,
  facts: MirrorFacts | undefined,
  at: { readonly branches: readonly string[]; readonly commit: string; readonly indexedAt?: string },
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
      ...(facts?.lastFetched ? { lastFetched: facts.lastFetched.toISOString() } : {}),
    },
    branches: at.branches,
    commit: at.commit,
    ...(at.indexedAt ? { freshness: { indexedAt: at.indexedAt, stale: facts?.head !== undefined && facts.head !== at.commit } } : {}),
  };
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
