import type { CloneSource } from '@sextant/plugin-code-host/api';
import type { RepoName, SextantError } from '@sextant/sdk';

/** A repository as the code hosts know it. */
export interface KnownRepository {
  readonly id: number;
  readonly name: RepoName;
  readonly deletedAt: Date | undefined;
  readonly source: CloneSource | undefined;
}

/** What the plugin of code hosts answers of them. @param refusal why no source is to be had, if there is a reason */
export const sourcesOf = (known: ReadonlyMap<number, KnownRepository>, refusal: () => SextantError | undefined) => ({
  byId: async (id: number) => known.get(id),
  byName: async (name: RepoName) => [...known.values()].find((r) => r.name === name),
  cloneSource: async (id: number) => {
    const error = refusal();
    if (error) throw error;
    return known.get(id)?.source;
  },
  all: async ({ limit, afterId = 0 }: { readonly limit: number; readonly afterId?: number }) =>
    [...known.values()]
      .filter((r) => r.id > afterId)
      .sort((a, b) => a.id - b.id)
      .slice(0, limit),
});
