import type { GitEntryParent } from '@sextant/plugin-git/api';

/** What resolvers of these types are handed. */
export type GitBlob = GitEntryParent;
export interface HighlightedFile {
  readonly aborted: boolean;
  readonly language: string;
  readonly lines: readonly string[];
  /** Of html, counted from 0; the end is not included. */
  readonly from: number;
  readonly to: number;
}
