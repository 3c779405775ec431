// Operations that the field's clients and documentation send, in a minimal form, with what is to come back: an
// answer, or the error that names the system which is not installed.
const ANSWERS = 'answers';
/** It fits the schema, and is refused for what it names. */
const VALIDATES = 'validates';
const without = (system) => ({ system });
const BATCH = without('Batch changes');
const INSIGHTS = without('Code insights');
const NAVIGATION = without('Code navigation');
const CONTEXTS = without('Search contexts');
const OWNERSHIP = without('Code ownership');

const docs = (title) => `API documentation: ${title}`;
const vscode = (name) => `VS Code extension: ${name}`;
const browser = (name) => `browser extension: ${name}`;
const jetbrains = (name) => `JetBrains plugin: ${name}`;
const web = (name) => `shared client code: ${name}`;
const src = (name) => `src: ${name}`;

const repo = 'repository(name: "alpha")';
const head = (fields) => `{ ${repo} { commit(rev: "HEAD") { ${fields} } } }`;
const found = (query, fields) => `{ search(query: ${JSON.stringify(query)}) { results { ${fields} } } }`;

/** Name, document, expectation, what of the data must hold, and variables. */
export const documentedOperations = [
  // The examples of the API documentation.
  [docs('file on the default branch'), `{ ${repo} { defaultBranch { target { commit { blob(path: "README.md") { content } } } } } }`, ANSWERS, (d) => d.repository.defaultBranch.target.commit.blob.content === '# Alpha\n'],
  [docs('search'), found('repo:^alpha$ parseNeedle', '__typename limitHit resultCount approximateResultCount missing { name } cloning { name } timedout { name } indexUnavailable results { ... on Repository { __typename name } ... on FileMatch { __typename resource } ... on CommitSearchResult { __typename commit { oid message } } }'), ANSWERS, (d) => /^git:\/\/alpha\?[0-9a-f]{40}#src\/needle\.ts$/.test(d.search.results.results[0].resource)],
  [docs('compare two commits'), `{ ${repo} { comparison(base: "HEAD~1", head: "HEAD") { fileDiffs { nodes { oldPath newPath hunks { body } } } } } }`, ANSWERS, (d) => d.repository.comparison.fileDiffs.nodes[0].newPath === 'src/needle.ts'],
  [docs('first 1,000 repositories'), '{ repositories(first: 1000) { nodes { name description url } } }', ANSWERS, (d) => d.repositories.nodes.length >= 3],
  [docs('all files of a repository'), head('tree(path: "", recursive: true) { entries { path isDirectory url } }'), ANSWERS, (d) => d.repository.commit.tree.entries.length === 3],
  [docs('languages of a repository'), `{ ${repo} { language commit(rev: "HEAD") { languages } } }`, ANSWERS, (d) => d.repository.language === 'TypeScript' && d.repository.commit.languages[0] === 'TypeScript'],
  [docs('active users of the month'), '{ users(activePeriod: THIS_MONTH) { totalCount nodes { username usageStatistics { lastActiveTime } } } }', ANSWERS, (d) => d.users.totalCount === d.users.nodes.length],
  [docs('all users'), '{ users(activePeriod: ALL_TIME) { totalCount nodes { username } } }', ANSWERS, (d) => d.users.totalCount > 0],
  [docs('who am I'), 'query { currentUser { username } }', ANSWERS, (d) => d.currentUser.username !== ''],
  [docs('search by version and pattern type'), '{ search(query: "repo:alpha parseNeedle", version: V2, patternType: literal) { results { matchCount } } }', ANSWERS, (d) => d.search.results.matchCount === 1],
  [docs('statistics of a search'), '{ search(query: "parseNeedle") { stats { approximateResultCount languages { name totalLines } } } }', ANSWERS, (d) => d.search.stats.languages[0].name === 'TypeScript'],
  [docs('filters of a search'), found('needle', 'dynamicFilters { value label count limitHit kind }'), ANSWERS, (d) => d.search.results.dynamicFilters.length > 0],
  [docs('clone state of repositories'), '{ repositories(first: 10, cloned: false) { nodes { name mirrorInfo { cloned cloneInProgress lastError updatedAt } } } }', ANSWERS, (d) => d.repositories.nodes.every(({ mirrorInfo }) => !mirrorInfo.cloned)],
  [docs('index state of a repository'), `{ ${repo} { textSearchIndex { status { updatedAt contentFilesCount } refs { indexedCommit current } } } }`, ANSWERS, (d) => d.repository.textSearchIndex.refs[0].current === true],
  [docs('access tokens of a user'), '{ currentUser { accessTokens(first: 10) { nodes { id note scopes lastUsedAt } totalCount } } }', ANSWERS, (d) => d.currentUser.accessTokens.totalCount > 0],
  [docs('permissions of a repository'), `{ ${repo} { permissionsInfo { permissions updatedAt syncedAt } } }`, ANSWERS],
  [docs('users with pending permissions'), '{ usersWithPendingPermissions }', ANSWERS],
  [docs('webhooks'), '{ webhooks(first: 10) { nodes { id name url codeHostKind codeHostURN uuid } totalCount } }', ANSWERS],
  [docs('outbound webhooks'), '{ outboundWebhooks(first: 10) { nodes { id url eventTypes { eventType scope } } totalCount } }', ANSWERS],
  [docs('roles and permissions'), '{ roles(first: 10) { nodes { id name system permissions { nodes { namespace action displayName } } } } }', ANSWERS, (d) => d.roles.nodes.some(({ name }) => name === 'SITE_ADMINISTRATOR')],
  [docs('feature flags'), '{ featureFlags { __typename ... on FeatureFlagBoolean { name value } ... on FeatureFlagRollout { name rolloutBasisPoints } } }', ANSWERS],
  [docs('site configuration'), '{ site { siteID productVersion buildVersion configuration { id effectiveContents validationMessages } } }', ANSWERS, (d) => /^\d+\.\d+\.\d+$/.test(d.site.productVersion)],
  [docs('product subscription'), '{ site { productSubscription { productNameWithBrand actualUserCount actualUserCountDate maximumAllowedUserCount license { tags userCount expiresAt } } } }', ANSWERS, (d) => d.site.productSubscription.actualUserCount > 0],
  [docs('does the site need repositories'), '{ site { needsRepositoryConfiguration } }', ANSWERS, (d) => d.site.needsRepositoryConfiguration === false],
  [docs('connections'), '{ externalServices(first: 10) { nodes { id kind displayName webhookURL hasConnectionCheck unrestricted supportsRepoExclusion lastSyncAt } totalCount } }', ANSWERS, (d) => d.externalServices.nodes.every((one) => one.hasConnectionCheck && one.unrestricted === true)],
  [docs('search contexts'), '{ searchContexts(first: 5) { nodes { id name spec query } } }', CONTEXTS],
  [docs('search context by spec'), '{ searchContextBySpec(spec: "global") { id } }', CONTEXTS],
  [docs('create a search context'), 'mutation ($c: SearchContextInput!, $r: [SearchContextRepositoryRevisionsInput!]!) { createSearchContext(searchContext: $c, repositories: $r) { id } }', CONTEXTS],
  [docs('delete a search context'), 'mutation { deleteSearchContext(id: "x") { alwaysNil } }', CONTEXTS],
  [docs('create an insight'), 'mutation ($input: LineChartSearchInsightInput!) { createLineChartSearchInsight(input: $input) { view { id } } }', INSIGHTS],
  [docs('read an insight'), '{ insightViews(id: "x") { nodes { id dataSeries { label points { dateTime value } } } } }', INSIGHTS],
  [docs('dashboards'), '{ insightsDashboards(first: 5) { nodes { id title } } }', INSIGHTS],
  [docs('delete an insight'), 'mutation { deleteInsightView(id: "x") { alwaysNil } }', INSIGHTS],
  [docs('code monitors'), '{ currentUser { monitors(first: 5) { nodes { id description enabled } } } }', without('Code monitors')],
  [docs('executors'), '{ executors(first: 5, active: true) { totalCount nodes { hostname } } }', without('Executors')],
  [docs('saved searches'), '{ savedSearches(first: 5) { nodes { id description query } } }', without('Saved searches')],
  [docs('notebooks'), '{ notebooks(first: 5) { nodes { id title } } }', without('Notebooks')],
  [docs('prompts'), '{ prompts(first: 5) { nodes { id name } } }', without('Prompt library')],
  [docs('precise indexes'), '{ preciseIndexes(first: 5) { nodes { id state } } }', NAVIGATION],
  [docs('embedding search'), '{ embeddingsSearch(repo: "x", query: "y", codeResultsCount: 1, textResultsCount: 1) { codeResults { content } } }', without('Code assistant')],
  // Editors and browser extensions.
  [web('CurrentAuthState'), '{ currentUser { __typename id databaseID username avatarURL email displayName siteAdmin tags url settingsURL organizations { nodes { id name displayName url settingsURL } } session { canSignOut } viewerCanAdminister tosAccepted hasVerifiedEmail completedPostSignup searchable emails { email verified isPrimary } latestSettings { id contents } permissions { nodes { id displayName } } } }', ANSWERS, (d) => d.currentUser.tosAccepted && d.currentUser.session.canSignOut === false],
  [web('ViewerSettings'), '{ viewerSettings { final subjects { __typename id viewerCanAdminister settingsURL latestSettings { id contents } ... on User { username displayName } ... on Org { name displayName } ... on Site { siteID allowSiteSettingsEdits } } } }', ANSWERS, (d) => d.viewerSettings.subjects.length > 0],
  [web('EditSettings'), 'mutation ($edit: SettingsEdit!) { settingsMutation(input: { subject: "x" }) { editSettings(edit: $edit) { empty { alwaysNil } } } }', VALIDATES, undefined, { edit: { keyPath: [{ property: 'search.displayLimit' }], value: 700 } }],
  [web('TreeEntries'), head('tree(path: "") { isRoot url entries(first: 2500) { name path isDirectory url submodule { url commit } } }'), ANSWERS, (d) => d.repository.commit.tree.isRoot],
  [web('HighlightedFile'), head('file(path: "src/needle.ts") { isDirectory ... on GitBlob { highlight(disableTimeout: false, isLightTheme: true) { aborted lineRanges(ranges: [{ startLine: 0, endLine: 2 }]) } } }'), ANSWERS, (d) => d.repository.commit.file.highlight.lineRanges[0].length === 2],
  [web('GitBlame'), head('blob(path: "src/needle.ts") { blame(startLine: 1, endLine: 2) { startLine endLine author { person { email displayName user { username } avatarURL } date } message rev commit { url } } }'), ANSWERS, (d) => d.repository.commit.blob.blame[0].author.person.user === null],
  [web('ParseSearchQuery'), '{ parseSearchQuery(query: "repo:alpha (a or b)", patternType: standard) }', ANSWERS, (d) => typeof d.parseSearchQuery === 'object'],
  [web('SearchSymbols'), found('type:symbol parseNeedle', 'results { ... on FileMatch { symbols { name kind containerName url fileLocal location { url resource { path repository { name } commit { oid } } range { start { line character } end { line character } } } } } }'), ANSWERS, (d) => { const { location } = d.search.results.results[0].symbols[0]; return location.range.start.character === 16 && location.resource.path === 'src/needle.ts'; }],
  [web('GitRefs'), `{ ${repo} { gitRefs(first: 10, type: GIT_BRANCH, orderBy: AUTHORED_OR_COMMITTED_AT, interactive: true) { totalCount nodes { id displayName abbrevName name url target { commit { author { date person { displayName } } } } } pageInfo { hasNextPage } } } }`, ANSWERS, (d) => d.repository.gitRefs.totalCount === 1],
  [web('GitCommits'), head('ancestors(first: 20, query: "Trim") { nodes { oid abbreviatedOID message subject body author { person { name email avatarURL } date } parents { oid } canonicalURL } pageInfo { hasNextPage } }'), ANSWERS, (d) => d.repository.commit.ancestors.nodes.length === 1],
  [web('SearchResults of a sparkline'), found('type:commit repo:alpha Trim', 'repositories { name } repositoriesCount sparkline elapsedMilliseconds'), ANSWERS, (d) => d.search.results.sparkline.length === 30 && d.search.results.sparkline.at(-1) === 1 && d.search.results.repositories[0].name === 'alpha'],
  [web('SiteFlags'), '{ site { needsRepositoryConfiguration alerts { type message isDismissibleWithKey } authProviders { nodes { serviceType displayName } } externalURL } }', ANSWERS],
  [web('Hover'), head('blob(path: "src/needle.ts") { lsif { hover(line: 0, character: 17) { markdown { text } } } }'), NAVIGATION],
  [web('StencilAndRanges'), head('blob(path: "src/needle.ts") { lsif { stencil { start { line } } ranges(startLine: 0, endLine: 1) { nodes { range { start { line } } } } } }'), NAVIGATION],
  [web('SymbolsOfAFile'), head('symbols(first: 10, query: "parse") { nodes { name } }'), NAVIGATION],
  [web('Ownership'), head('blob(path: "README.md") { ownership(first: 5) { nodes { owner { displayName } } } }'), OWNERSHIP],
  [web('LogEvents'), 'mutation ($events: [Event!]) { logEvents(events: $events) { alwaysNil } }', without('Event logging')],
  [vscode('SiteVersion'), 'query { site { productVersion } }', ANSWERS],
  [vscode('RepositoryMetadata'), '{ repositoryRedirect(name: "alpha") { ... on Repository { id mirrorInfo { cloneInProgress cloneProgress cloned } commit(rev: "") { oid abbreviatedOID tree(path: "") { url } } defaultBranch { abbrevName } } ... on Redirect { url } } }', ANSWERS, (d) => d.repositoryRedirect.defaultBranch.abbrevName === 'main'],
  [vscode('FileNames'), head('fileNames'), ANSWERS, (d) => d.repository.commit.fileNames.join() === 'README.md,src/needle.ts'],
  [vscode('BlobContent'), head('blob(path: "README.md") { content binary byteSize }'), ANSWERS, (d) => d.repository.commit.blob.byteSize === 8],
  [vscode('fuzzy search of contexts'), '{ isSearchContextAvailable(spec: "global") }', CONTEXTS],
  [vscode('event logging'), 'mutation { logEvent(event: "x", userCookieID: "x", url: "x", source: IDEEXTENSION) { alwaysNil } }', without('Event logging')],
  [jetbrains('Blob'), 'query Blob($r: String!, $c: String!, $f: String!) { repository(name: $r) { commit(rev: $c) { file(path: $f) { content } } } }', ANSWERS, (d) => d.repository.commit.file.content.startsWith('export'), { r: 'alpha', c: 'HEAD', f: 'src/needle.ts' }],
  [jetbrains('current user'), '{ currentUser { id username displayName avatarURL primaryEmail { email } } }', ANSWERS],
  [jetbrains('repository by clone URL'), '{ repository(cloneURL: "https://code.example/nowhere.git") { name } }', ANSWERS, (d) => d.repository === null],
  [browser('ResolveRepo'), `{ ${repo} { name } }`, ANSWERS, (d) => d.repository.name === 'alpha'],
  [browser('ResolvePrivateRepo'), 'query ($h: String!) { repositoryRedirect(hashedName: $h) { __typename ... on Repository { name mirrorInfo { cloned cloneInProgress } } } currentUser { username } }', ANSWERS, (d) => d.repositoryRedirect.name === 'alpha', { h: '8ed3f6ad685b959ead7022518e1af76cd816f8e8ec7ccdda1ed4018e8f2223f8' }],
  [browser('ResolveRev'), `{ ${repo} { mirrorInfo { cloned } commit(rev: "") { oid } } }`, ANSWERS, (d) => d.repository.commit.oid.length === 40],
  [browser('CodeIntelligence'), '{ site { hasCodeIntelligence productVersion } }', ANSWERS, (d) => d.site.hasCodeIntelligence === false],
  [browser('ResolvePhabricatorRepo'), '{ phabricatorRepo(uri: "x") { name callsign } }', without('Phabricator integration')],
  [browser('extension registry'), '{ extensionRegistry { extensions(first: 1) { nodes { id } } } }', without('Extension registry')],
  [browser('suggestions of a search'), found('repo:^alpha$ file:needle', 'results { ... on FileMatch { file { path isDirectory url repository { name } } } }'), ANSWERS],
  // Commands of src for what is not installed.
  [src('batch: first question'), 'query InstanceInfo { site { productVersion } maxUnlicensedChangesets batchChanges(first: 1) { nodes { id } } }', ANSWERS, (d) => d.maxUnlicensedChangesets > 0 && d.batchChanges.nodes.length === 0],
  [src('batch preview'), 'query ($spec: String!) { resolveWorkspacesForBatchSpec(batchSpec: $spec) { onlyFetchWorkspace ignored repository { id } path } }', BATCH],
  [src('batch apply'), 'mutation ($id: ID!) { applyBatchChange(batchSpec: $id) { url } }', BATCH],
  [src('batch upload'), 'mutation ($spec: String!) { createChangesetSpec(changesetSpec: $spec) { ... on HiddenChangesetSpec { id } ... on VisibleChangesetSpec { id } } }', BATCH],
  [src('search-jobs create'), 'query ValidateSearchJob($query: String!) { validateSearchJob(query: $query) { alwaysNil } }', without('Search jobs')],
  [src('search-jobs get'), 'query ($id: ID!) { node(id: $id) { ... on SearchJob { id state } } }', without('Search jobs')],
  [src('search-jobs list'), 'query ($o: SearchJobsOrderBy!) { searchJobs(first: 1, orderBy: $o, descending: true) { nodes { id } } }', without('Search jobs')],
  [src('codeowners get'), `{ ${repo} { ingestedCodeowners { contents repository { name } } } }`, OWNERSHIP],
  [src('codeowners create'), 'mutation ($i: CodeownersFileInput!) { addCodeownersFile(input: $i) { contents } }', OWNERSHIP],
  [src('abc variables set'), 'mutation ($v: [AgenticWorkflowInstanceVariableInput!]!) { updateAgenticWorkflowInstanceVariables(instanceID: "x", variables: $v) { id } }', without('Workflows')],
  [src('lsp references'), head('blob(path: "src/needle.ts") { lsif { references(line: 0, character: 17, first: 100) { nodes { resource { path } } } } }'), NAVIGATION],
]; // biome-ignore format: a table

/** What the answer to an operation is other than what is expected of it; undefined when nothing. */
export function differenceOf({ data, errors }, expected, holds = () => true) {
  const codes = (errors ?? []).map(({ extensions }) => extensions.code);
  if (expected === VALIDATES) return codes.includes('SEXTANT_GRAPHQL_INVALID') ? JSON.stringify(errors) : undefined;
  if (expected === ANSWERS) return errors ? JSON.stringify(errors) : holds(data) ? undefined : `not as expected: ${JSON.stringify(data)}`;
  const systems = (errors ?? []).map(({ extensions }) => extensions.system);
  const isRight = codes.every((code) => code === 'SEXTANT_GRAPHQL_NOT_INSTALLED') && systems.includes(expected.system);
  return isRight && systems.length === 1 ? undefined : `not "${expected.system}": ${JSON.stringify(errors ?? data)}`;
}
