import type { GitCommitParent, GitEntryParent } from '@sextant/plugin-git/api';
import { type Operation, RepoPath, type Resolved, type ResolverMap } from '@sextant/sdk';
import { isCode, languageOf } from '../../query/languages/languages.js';
import type { ApiDeps } from './deps.js';

const MAX_FILES = 100_000;

interface SymbolParent {
  readonly name: string;
  readonly line: number;
  readonly column: number;
  readonly url: string;
  readonly at: GitEntryParent;
}

/** Fields that editors and browser extensions read of symbols and commits. */
export const clientResolvers = (d: Resolved<ApiDeps>): ResolverMap => ({
  SymbolMatch: {
    location: (symbol: SymbolParent) => ({
      resource: symbol.at,
      range: {
        start: { line: symbol.line, character: symbol.column },
        end: { line: symbol.line, character: symbol.column + [...symbol.name].length },
      },
      url: symbol.url,
      canonicalURL: symbol.url.replace(/^(\/[^@?]*)(?:@[^?]*?)?\/-\//, (_whole, repository: string) => `${repository}@${symbol.at.oid}/-/`),
    }),
    // Extractors do not tell what a file keeps to itself.
    fileLocal: () => null,
  },
  GitCommit: {
    languages: async ({ repository, oid }: GitCommitParent, _args: unknown, { actor, signal }: Operation) => {
      const visible = await d.visibility.of(actor);
      const bytes = new Map<string, number>();
      let files = 0;
      for await (const { type, path, size } of d.git.tree({
        repository: repository.name,
        oid,
        path: RepoPath.parse(''),
        recursive: true,
        signal,
      })) {
        if (type !== 'blob' || !visible.canSee(repository.id, path)) continue;
        if (++files > MAX_FILES) return null;
        const language = languageOf(path);
        if (language !== undefined && isCode(language)) bytes.set(language, (bytes.get(language) ?? 0) + (size ?? 0));
      }
      return [...bytes].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1)).map(([language]) => language);
    },
  },
});
