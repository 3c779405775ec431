import type { Ranker } from '@sextant/plugin-search/api';

export interface QuietFolders {
  readonly folders: readonly string[];
  readonly penalty: number;
}

/** Takes the penalty off matches with a file below one of the folders. */
export const quietFoldersRanker = (settings: () => QuietFolders): Ranker => ({
  id: 'quiet-folders',
  adjust(match) {
    if (!('path' in match)) return 0;
    const { folders, penalty } = settings();
    return match.path
      .split('/')
      .slice(0, -1)
      .some((segment) => folders.includes(segment))
      ? -penalty
      : 0;
  },
});
