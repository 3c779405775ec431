export const typeDefs = /* GraphQL */ `
extend type Query {
  "How the mirrors of all repositories stand."
  repositoryStats: RepositoryStats @requires(role: SITE_ADMIN)
}

extend type Mutation {
  "Fetches a repository soon, before everything on the schedule."
  updateMirrorRepository(repository: ID!): EmptyResponse @requires(role: USER)
  "Removes a mirror from disk and clones it anew."
  recloneRepository(repo: ID!): EmptyResponse @requires(role: SITE_ADMIN)
}

type RepositoryStats {
  total: Int!
  cloned: Int!
  cloning: Int!
  notCloned: Int!
  failedFetch: Int!
  corrupted: Int!
  "Bytes of all mirrors."
  gitDirBytes: BigInt!
}

extend type Repository {
  "How our copy of the repository stands."
  mirrorInfo: MirrorRepositoryInfo
  "What HEAD names; null while the repository is empty or not cloned."
  defaultBranch: GitRef
  "The commit of a revision: a branch, a tag, a hash; null when there is none."
  commit(rev: String!): GitCommit
  """
  By name, or as orderBy says. interactive changes nothing: the answer is bounded always.
  """
  gitRefs(first: Int = 100, after: String, query: String, type: GitRefType, orderBy: GitRefOrder, interactive: Boolean): GitRefConnection
  branches(first: Int = 100, after: String, query: String, orderBy: GitRefOrder, interactive: Boolean): GitRefConnection
  tags(first: Int = 100, after: String, query: String): GitRefConnection
  "What lies between two revisions, from their common ancestor on."
  comparison(base: String, head: String): RepositoryComparison
  "Who wrote it, most commits first."
  contributors(first: Int = 100, revisionRange: String, afterDate: String, path: String): RepositoryContributorConnection
}

type MirrorRepositoryInfo {
  cloned: Boolean!
  cloneInProgress: Boolean!
  "Git's own words while it clones or fetches."
  cloneProgress: String
  "When it was last fetched."
  updatedAt: DateTime
  "When it was last fetched and something had changed."
  lastChangedAt: DateTime
  nextSyncAt: DateTime
  "For site admins only."
  lastError: String
  isCorrupted: Boolean!
  "Damage that was found, newest first. For site admins only."
  corruptionLogs: [RepoCorruptionLog!]
  byteSize: BigInt!
  "The node that holds it. For site admins only."
  shard: String
}

type RepoCorruptionLog {
  timestamp: DateTime!
  reason: String!
}

enum GitRefType {
  GIT_BRANCH
  GIT_TAG
  GIT_REF_OTHER
}

enum GitRefOrder {
  "Newest first, by the date of the commit or of the tag."
  AUTHORED_OR_COMMITTED_AT
}

enum GitObjectType {
  GIT_COMMIT
  GIT_TAG
  GIT_TREE
  GIT_BLOB
  GIT_UNKNOWN
}

type GitObject {
  oid: String!
  abbreviatedOID: String!
  type: GitObjectType
  commit: GitCommit
}

"A branch, a tag or another name of a commit."
type GitRef implements Node @requires(role: USER) {
  id: ID!
  "The whole name, such as refs/heads/main."
  name: String!
  abbrevName: String!
  displayName: String!
  prefix: String!
  type: GitRefType!
  target: GitObject!
  repository: Repository!
  url: String!
}

type GitRefConnection {
  nodes: [GitRef!]!
  "Of all pages. Null beyond 100,000."
  totalCount: Int
  pageInfo: PageInfo!
}

type Person {
  name: String!
  email: String!
  displayName: String!
  """
  The user who has proved to own the address. For that user and site admins; null for others, as when a user is looked up by address.
  """
  user: User
  "The picture of that user."
  avatarURL: String
}

type Signature {
  person: Person!
  date: String!
}

type GitCommit implements Node @requires(role: USER) {
  id: ID!
  repository: Repository!
  oid: String!
  abbreviatedOID: String!
  author: Signature!
  committer: Signature
  "The whole message."
  message: String!
  "The first line of the message."
  subject: String!
  "What follows the first line; null when nothing does."
  body: String
  parents: [GitCommit!]!
  "A folder; null when there is none of that path."
  tree(path: String = "", recursive: Boolean = false): GitTree
  "A file; null when there is none of that path."
  blob(path: String!): GitBlob
  "A file; null when there is none of that path."
  file(path: String!): GitBlob
  "A file or folder; null when there is none of that path."
  path(path: String!): TreeEntry
  "The paths of all files. At most 100,000: with more, the field is null and its error says so."
  fileNames: [String!]
  "This commit and those before it, newest first. after and before are dates, afterCursor is a cursor."
  ancestors(first: Int = 50, query: String, path: String, follow: Boolean = false, author: String, after: String, before: String, afterCursor: String): GitCommitConnection!
  "What this commit changed: against its first parent, or against base."
  diff(base: String): RepositoryComparison!
  url: String!
  canonicalURL: String!
  "The same at its code host, where the host's pages are known."
  externalURLs: [ExternalLink!]!
}

type GitCommitConnection {
  nodes: [GitCommit!]!
  pageInfo: PageInfo!
}

interface TreeEntry {
  path: String!
  name: String!
  isDirectory: Boolean!
  url: String!
  canonicalURL: String!
  "The same at its code host, where the host's pages are known."
  externalURLs: [ExternalLink!]!
  submodule: Submodule
}

type GitTree implements TreeEntry {
  path: String!
  name: String!
  isDirectory: Boolean!
  isRoot: Boolean!
  url: String!
  canonicalURL: String!
  "The same at its code host, where the host's pages are known."
  externalURLs: [ExternalLink!]!
  rawZipArchiveURL: String!
  submodule: Submodule
  commit: GitCommit!
  repository: Repository!
  entries(first: Int = 1000, recursive: Boolean): [TreeEntry!]!
  directories(first: Int = 1000): [GitTree!]!
  files(first: Int = 1000): [GitBlob!]!
}

type GitBlob implements TreeEntry {
  path: String!
  name: String!
  isDirectory: Boolean!
  "The text, or of the lines asked for, counted from 1. Bytes that are not UTF-8 are replaced."
  content(startLine: Int, endLine: Int): String!
  byteSize: Int!
  totalLines: Int!
  "It holds a NUL in its first 8,000 bytes."
  binary: Boolean!
  "As git prints it: 100644, 100755, 120000 for a symbolic link."
  mode: String!
  "The content is a pointer to a file in LFS."
  lfs: LFS
  blame(startLine: Int, endLine: Int): [Hunk!]!
  url: String!
  canonicalURL: String!
  "The same at its code host, where the host's pages are known."
  externalURLs: [ExternalLink!]!
  rawURL: String!
  submodule: Submodule
  commit: GitCommit!
  repository: Repository!
}

type LFS {
  "Bytes of the file the pointer stands for."
  byteSize: BigInt!
}

type Submodule {
  "As .gitmodules tells; null when it does not."
  url: String
  commit: String!
  path: String!
}

"Lines that one commit last changed."
type Hunk {
  startLine: Int!
  endLine: Int!
  author: Signature!
  message: String!
  rev: String!
  commit: GitCommit!
  "The path the lines had in that commit."
  filename: String!
}

type RepositoryComparison {
  baseRepository: Repository!
  headRepository: Repository!
  range: GitRevisionRange!
  commits(first: Int = 50, after: String): GitCommitConnection!
  fileDiffs(first: Int = 100, after: String, paths: [String!]): FileDiffConnection!
}

type GitRevisionRange {
  expr: String!
  base: GitRevSpecExpr!
  head: GitRevSpecExpr!
  baseRevSpec: GitRevSpecExpr!
  headRevSpec: GitRevSpecExpr!
  mergeBase: GitObject
}

type GitRevSpecExpr {
  expr: String!
  oid: String!
}

type FileDiffConnection {
  nodes: [FileDiff!]!
  totalCount: Int!
  pageInfo: PageInfo!
  diffStat: DiffStat!
  "The page as a patch."
  rawDiff: String!
}

type FileDiff {
  oldPath: String
  newPath: String
  oldFile: GitBlob
  newFile: GitBlob
  mostRelevantFile: GitBlob
  hunks: [FileDiffHunk!]!
  stat: DiffStat!
  binary: Boolean!
  "The hunks were left out because the diff is too large."
  truncated: Boolean!
}

type DiffStat {
  added: Int!
  deleted: Int!
}

type FileDiffHunk {
  oldRange: FileDiffHunkRange!
  newRange: FileDiffHunkRange!
  section: String
  body: String!
}

type FileDiffHunkRange {
  startLine: Int!
  lines: Int!
}

type RepositoryContributorConnection {
  nodes: [RepositoryContributor!]!
  totalCount: Int!
}

type RepositoryContributor {
  person: Person!
  count: Int!
  repository: Repository!
}
`;
