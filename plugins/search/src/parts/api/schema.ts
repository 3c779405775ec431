export const typeDefs = /* GraphQL */ `
extend type Query {
  "Searches code, paths, symbols, repositories, commits and diffs that the viewer may see."
  search(query: String!, version: SearchVersion = V3, patternType: SearchPatternType): Search @requires(role: USER)
  "The tree that a query is read as, in JSON, without looking for anything. patternType counts where the query says none."
  parseSearchQuery(query: String = "", patternType: SearchPatternType): JSONValue @requires(role: USER)
  "How a query is understood, where it would be looked for and what that costs, without looking."
  searchQueryExplain(query: String!, patternType: SearchPatternType): SearchQueryExplanation @requires(role: USER)
  "What may stand at the cursor of a query that is being typed. Position counts UTF-16 units; first is at most 50."
  searchSuggestions(query: String!, position: Int!, first: Int = 20, patternType: SearchPatternType): SearchSuggestions @requires(role: USER)
}

type SearchSuggestions {
  "Best first."
  suggestions: [SearchSuggestion!]!
  "What was not looked at for them."
  completeness: SearchCompleteness!
}

type SearchSuggestion {
  kind: SearchSuggestionKind!
  label: String!
  "What it means, or where it is."
  detail: String
  "What takes the place of the range, quoted and escaped as it must be there."
  insertText: String!
  range: SearchQueryRange!
}

enum SearchSuggestionKind { FILTER VALUE PREDICATE REPOSITORY FILE SYMBOL LANGUAGE REVISION }

"A part of a query, half-open, in UTF-16 units."
type SearchQueryRange {
  start: Int!
  end: Int!
}

enum SearchVersion { V1 V2 V3 }
enum SearchPatternType { standard literal regexp structural keyword }

type Search {
  results: SearchResults!
  stats: SearchResultsStats!
  "The matches by group, those with most first. All are counted, unless the query says count: or the time is up; completeness tells."
  aggregation(groupBy: SearchAggregationMode!, first: Int = 10): SearchAggregation!
  "In which ways the matches can be grouped, and why not in the others."
  aggregationModes: [SearchAggregationModeAvailability!]!
}

enum SearchAggregationMode {
  REPO
  PATH
  "Of commits and diffs."
  AUTHOR
  LANGUAGE
  "By what the first group of the query's regular expression held."
  CAPTURE_GROUP
}

type SearchAggregationModeAvailability {
  mode: SearchAggregationMode!
  available: Boolean!
  "What is missing in the query."
  reason: String
}

"Each match is counted once: the groups, otherCount and ungroupedCount together are matchCount."
type SearchAggregation {
  groupBy: SearchAggregationMode!
  "Why the query has no such groups; then nothing was searched."
  unavailable: String
  groups: [SearchAggregationGroup!]!
  "Groups that are not listed, and their matches."
  otherGroups: Int!
  otherCount: Int!
  "Matches in no group, such as files of no known language."
  ungroupedCount: Int!
  matchCount: Int!
  completeness: SearchCompleteness!
  alert: SearchAlert
}

type SearchAggregationGroup {
  label: String!
  count: Int!
  "Finds what is in this group; letter case counts in it as it does in the query."
  query: String
}

type SearchQueryExplanation {
  "The parsed tree (query), the plan by repository (work), the estimated cost (cost) and what could not be looked at (verdict), as JSON."
  explanation: JSONValue
  "What is wrong with the query, with positions and a query that works."
  alert: SearchAlert
}

type SearchResults {
  results: [SearchResult!]!
  matchCount: Int!
  "The number with a + when there may be more."
  approximateResultCount: String!
  resultCount: Int!
  limitHit: Boolean!
  repositoriesCount: Int!
  "Those that the results are in, by id; at most 10,000."
  repositories: [Repository!]!
  "The number of commits and diffs among the results by the age of the commit: 30 days, the oldest first. Files and repositories are not counted."
  sparkline: [Int!]!
  "Repositories that were not searched because they are being cloned."
  cloning: [Repository!]!
  "Repositories, or revisions of them, that are not there."
  missing: [Repository!]!
  "Repositories that could not be searched in time."
  timedout: [Repository!]!
  indexUnavailable: Boolean!
  alert: SearchAlert
  elapsedMilliseconds: Int!
  dynamicFilters: [SearchFilter!]!
  "What this answer did not look at."
  completeness: SearchCompleteness!
}

type SearchResultsStats {
  approximateResultCount: String!
  languages: [LanguageStatistics!]!
}

type LanguageStatistics {
  name: String!
  "Lines that match, by language."
  totalLines: Int!
}

"What an answer did not look at: in words, and for machines."
type SearchCompleteness {
  exhaustive: Boolean!
  words: String!
  reasons: [SearchCompletenessReason!]!
  "When the oldest part of the index that was searched was built."
  oldestIndexAt: DateTime
  "Null unless results are from commits that their branch has left behind: the longest time since, in seconds, at least."
  lagSeconds: Int
}

type SearchCompletenessReason {
  "capped, timed-out, shard-missing, repository-cloning, repository-missing, not-indexed, degraded, skipped-files, not-parsed, permission-limited, stale, repository-limit, excluded-fork, excluded-archive, display, error."
  reason: String!
  message: String!
  repositories: [String!]!
  count: Int!
}

union SearchResult = FileMatch | CommitSearchResult | Repository

type SearchAlert {
  kind: String
  title: String!
  description: String
  proposedQueries: [SearchQueryDescription!]
  "The parts of the query that it is about; the description says the same in words."
  problems: [SearchQueryProblem!]!
}

type SearchQueryProblem {
  message: String!
  range: SearchQueryRange!
}

type SearchQueryDescription {
  description: String
  query: String!
}

type SearchFilter {
  value: String!
  label: String!
  count: Int!
  limitHit: Boolean!
  kind: String!
}

type FileMatch {
  repository: Repository!
  file: GitBlob!
  "Repository, commit and path in one: git://<repository>?<commit>#<path>."
  resource: String!
  revSpec: String
  lineMatches: [LineMatch!]!
  chunkMatches: [ChunkMatch!]!
  "What the metavariables of a structural pattern stood for, in the first matches."
  captures: [SearchCapture!]!
  pathMatches: [SearchRange!]!
  symbols: [SymbolMatch!]!
  language: String
  limitHit: Boolean!
  freshness: SearchFreshness!
}

"How far what was searched is behind the mirror. What is read from the mirror itself, such as histories, is never behind it."
type SearchFreshness {
  "The commit that was searched."
  commit: String!
  "When it was indexed; null where it was read without an index."
  indexedAt: DateTime
  "The branch has moved on in the mirror: newer lines are not found."
  stale: Boolean!
  "For so many seconds at least the branch has been ahead, and at most since indexedAt; 0 unless stale."
  lagSeconds: Int!
  "When the mirror was last fetched."
  fetchedAt: DateTime
}

type LineMatch {
  preview: String!
  "0-based."
  lineNumber: Int!
  "Pairs of offset and length, in code points of the line."
  offsetAndLengths: [[Int!]!]!
  limitHit: Boolean!
}

type ChunkMatch {
  content: String!
  contentStart: SearchPosition!
  ranges: [SearchRange!]!
  contentTruncated: Boolean!
}

type SearchCapture {
  name: String!
  "Cut after 200 characters; the range is not."
  text: String!
  range: SearchRange!
}

type SearchPosition {
  offset: Int!
  line: Int!
  column: Int!
}

type SearchRange {
  start: SearchPosition!
  end: SearchPosition!
}

"A place in a file."
type Location {
  resource: GitBlob!
  "Null: the whole file."
  range: Range
  url: String!
  canonicalURL: String!
}

"Half-open."
type Range {
  start: Position!
  end: Position!
}

"Both 0-based; characters are counted as in SearchPosition, in code points."
type Position {
  line: Int!
  character: Int!
}

type SymbolMatch {
  "Where its name is defined."
  location: Location!
  "Nothing outside of its file can name it. Null: it is not known."
  fileLocal: Boolean
  name: String!
  kind: String!
  containerName: String
  "0-based."
  line: Int!
  url: String!
}

type CommitSearchResult {
  label: SearchMarkdown!
  url: String!
  detail: SearchMarkdown!
  commit: GitCommit!
  messagePreview: HighlightedString
  diffPreview: HighlightedString
  matches: [SearchResultMatch!]!
  freshness: SearchFreshness!
}

type SearchMarkdown {
  text: String!
  html: String!
}

type HighlightedString {
  value: String!
  highlights: [SearchHighlight!]!
}

type SearchHighlight {
  "1-based."
  line: Int!
  character: Int!
  length: Int!
}

type SearchResultMatch {
  url: String!
  body: SearchMarkdown!
  highlights: [SearchHighlight!]!
}

extend type RepositoryStats {
  "Repositories that the index holds."
  indexed: Int
}

extend type GitCommit {
  "The programming and markup languages of the files, by their names; those with most bytes first. Of at most 100,000 files; null with more."
  languages: [String!]
}

extend type Repository {
  "How the index of this repository stands; null while there is none."
  textSearchIndex: RepositoryTextSearchIndex
  "The main programming language, by the bytes of what is indexed and was not copied or generated. Empty where it is not known, or paths of the repository are hidden from you."
  language: String
}

type RepositoryTextSearchIndex {
  "Null where paths of the repository are hidden from you, whose number and size it would tell."
  status: RepositoryTextSearchIndexStatus
  refs: [RepositoryTextSearchIndexedRef!]!
  "Files known by path only, with the reason: too-large, binary, too-many-trigrams, ignored, symlink or missing. At most 1,000 at a time."
  skippedFiles(first: Int = 100, offset: Int = 0, reason: String): [RepositorySkippedFile!]
}

type RepositoryTextSearchIndexStatus {
  updatedAt: DateTime!
  contentByteSize: BigInt!
  contentFilesCount: Int!
  indexByteSize: BigInt!
  indexShardsCount: Int!
  degraded: Boolean!
  skippedFilesCount: Int!
  "The most frequent reason first."
  skippedFilesByReason: [RepositorySkippedFilesCount!]!
}

type RepositorySkippedFilesCount {
  reason: String!
  count: Int!
}

type RepositoryTextSearchIndexedRef {
  name: String!
  indexedCommit: String!
  current: Boolean!
}

type RepositorySkippedFile {
  path: String!
  reason: String!
}

extend type Mutation {
  "Builds the index of a repository anew, soon."
  reindexRepository(repository: ID!): EmptyResponse @requires(role: SITE_ADMIN)
}
`;
