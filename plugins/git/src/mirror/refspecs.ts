/** Branches, tags, and the heads of pull and merge requests where a host publishes them. */
export const DEFAULT_REFSPECS: readonly string[] = [
  '+refs/heads/*:refs/heads/*',
  '+refs/tags/*:refs/tags/*',
  '+refs/pull/*:refs/pull/*',
  '+refs/merge-requests/*:refs/merge-requests/*',
];
