import { encodeNodeId } from '@sextant/sdk';
import type { GraphQLSchema } from 'graphql';
import { gql, http, isCloned, isDone, isThere, type PluginRows, type Row } from '../row.js';
import { everythingOf } from '../selection.js';
import type { Target } from '../target.js';

/** What is read from mirrors: commits, trees, files, comparisons, refs, and the bytes of files and archives. */
export function gitRows(schema: GraphQLSchema): PluginRows {
  const args = {
    'GitCommit.blob': 'path: $path',
    'GitCommit.file': 'path: $path',
    'GitCommit.path': 'path: $path',
    'GitCommit.tree': 'path: $folder, recursive: true',
    'GitCommit.ancestors': 'first: 10, path: $path, follow: true',
    'GitBlob.highlight': 'disableTimeout: true',
    'HighlightedFile.lineRanges': 'ranges: [{ startLine: 0, endLine: 9 }]',
  };
  const commit = everythingOf(schema, 'GitCommit', args);
  const tree = everythingOf(schema, 'GitTree');
  const blob = everythingOf(schema, 'GitBlob', args);
  const ref = everythingOf(schema, 'GitRef');
  const comparison = everythingOf(schema, 'RepositoryComparison');
  const file = { about: 'file' } as const;

  const at = (name: string, fields: string, variables: (t: Target) => object, declared = '', more: Partial<Row> = {}): Row =>
    gql(name, `query ($name: String!${declared}) { repository(name: $name) ${fields} }`, (t) => ({ name: t.name, ...variables(t) }), more);
  const ofCommit = (name: string, fields: string, variables: (t: Target) => object, declared: string, more: Partial<Row> = file): Row =>
    at(name, `{ commit(rev: "HEAD") { ${fields} } }`, variables, declared, more);
  const none = (): object => ({});
  const paths = ({ file: { path, folder } }: Target): object => ({ path, folder });
  const history = (name: string, arg: string, value: (t: Target) => string, more: Partial<Row> = {}): Row =>
    ofCommit(
      `a history ${name}`,
      `ancestors(first: 5, ${arg}: $value) { nodes { oid message } pageInfo { hasNextPage } }`,
      (t) => ({ value: value(t) }),
      ', $value: String',
      more,
    );
  const raw = (name: string, rest: (t: Target) => string, more: Partial<Row> = {}, headers: Readonly<Record<string, string>> = {}): Row =>
    http(`raw: ${name}`, 'HTTP GET /*repo/-/raw{/*path}', (t) => ({ path: `/${t.name}${rest(t)}`, headers }), {
      held: /^git (?:archive|blob)$/,
      heardAfter: 5_000,
      sends: 'bytes',
      ...more,
    });
  const isFound: Pick<Row, 'reveals'> = { reveals: ({ status }) => status < 300 };
  /** None is made of what rules hide a part of. */
  const archive: Partial<Row> = { about: 'file', twin: false, shows: (t, asker) => isCloned(t) && asker.name !== 'ruled' };

  return {
    plugin: 'git',
    rows: [
      ofCommit('a commit, with all that it has', commit.slice(1, -1), paths, ', $path: String!, $folder: String!', {}),
      ofCommit(
        'a folder, with all that it has',
        `tree(path: $folder) ${tree}`,
        ({ file: { folder } }) => ({ folder }),
        ', $folder: String!',
      ),
      ofCommit(
        'all folders and files',
        'tree(recursive: true) { entries(first: 100, recursive: true) { path name } files(first: 100) { path } directories(first: 100) { files(first: 100) { path rawURL } } }',
        none,
        '',
      ),
      ofCommit('a file, with all that it has', `blob(path: $path) ${blob}`, ({ file: { path } }) => ({ path }), ', $path: String!'),
      ofCommit(
        'lines of a file',
        'file(path: $path) { content(startLine: 1, endLine: 2) blame(startLine: 1, endLine: 1) { message author { person { name email } } } }',
        ({ file: { path } }) => ({ path }),
        ', $path: String!',
      ),
      ofCommit(
        'what stands at a path',
        'path(path: $path) { __typename name ... on GitBlob { content } }',
        ({ file: { path } }) => ({ path }),
        ', $path: String!',
      ),
      at('a commit by its hash', '{ commit(rev: $rev) { message } }', (t) => ({ rev: t.first }), ', $rev: String!'),
      at('a commit by a branch', '{ commit(rev: $rev) { oid } }', (t) => ({ rev: t.branch }), ', $rev: String!'),
      at('a commit by a tag', '{ commit(rev: $rev) { oid } }', (t) => ({ rev: t.tag }), ', $rev: String!'),
      at(
        'a revision that is nowhere',
        '{ description commit(rev: "nowhere") { oid } comparison(base: "nowhere") { range { expr } } }',
        none,
        '',
      ),
      history('by words', 'query', (t) => t.message),
      history('by its author', 'author', (t) => t.author),
      history('after a day', 'after', () => '2023-11-01'),
      history('before a day', 'before', () => '2030-01-01'),
      history('of a path', 'path', (t) => t.file.path, { about: 'file', reveals: ({ body }) => body.includes('"oid"') }),
      ofCommit(
        'a commit against another',
        'diff(base: $base) { fileDiffs(first: 10) { rawDiff nodes { newPath } } }',
        (t) => ({ base: t.first }),
        ', $base: String',
      ),
      at(
        'a comparison, with all that it has',
        `{ comparison(base: $base, head: "HEAD") ${comparison} }`,
        (t) => ({ base: t.first }),
        ', $base: String',
        file,
      ),
      at(
        'a comparison in which files have moved',
        '{ comparison(base: "HEAD", head: "moved") { fileDiffs(first: 10) { rawDiff nodes { oldPath newPath } } } }',
        none,
        '',
        { ...file, twin: false },
      ),
      at(
        'a comparison of some paths',
        '{ comparison(base: $base, head: "HEAD") { commits(first: 5) { nodes { message } } fileDiffs(first: 10, paths: [$path]) { totalCount rawDiff nodes { newFile { content } oldFile { content } mostRelevantFile { content } } } } }',
        (t) => ({ base: t.first, path: t.file.path }),
        ', $base: String, $path: String!',
        file,
      ),
      at('refs, with all that they have', `{ gitRefs(first: 50) { nodes ${ref} } }`, none),
      at(
        'refs by a part of the name',
        '{ gitRefs(first: 5, query: $query, type: GIT_BRANCH) { nodes { name } } branches(first: 5, query: $query) { nodes { displayName } } }',
        (t) => ({ query: t.branch }),
        ', $query: String',
        { reveals: ({ body }) => body.includes('"displayName"') },
      ),
      at(
        'refs by date, and how many there are',
        '{ gitRefs(first: 50, orderBy: AUTHORED_OR_COMMITTED_AT, interactive: true) { totalCount nodes { name } } branches(first: 50, orderBy: AUTHORED_OR_COMMITTED_AT, interactive: true) { totalCount nodes { name } } }',
        none,
        '',
        { reveals: ({ body }) => /"totalCount":[1-9]/.test(body) },
      ),
      ofCommit('the names of all files', 'fileNames', none, ''),
      at(
        'tags by a part of the name',
        '{ tags(first: 5, query: $query) { nodes { displayName target { oid } } } }',
        (t) => ({ query: t.tag }),
        ', $query: String',
      ),
      at(
        'who wrote it',
        '{ contributors(first: 5, revisionRange: "HEAD", afterDate: "2001-01-01") { nodes { count person { name email } repository { name } } totalCount } }',
        none,
      ),
      at(
        'who wrote a file',
        '{ contributors(first: 5, path: $path) { nodes { person { name } } totalCount } }',
        (t) => ({ path: t.file.path }),
        ', $path: String',
        { about: 'file', reveals: ({ body }) => /"totalCount":[1-9]/.test(body) },
      ),
      at('the mirror', '{ mirrorInfo { cloned byteSize updatedAt lastError shard } }', none, '', {
        reveals: ({ body }) => body.includes('"cloned":true'),
      }),
      gql(
        'a commit by its id',
        `query ($id: ID!) { node(id: $id) { ... on GitCommit { message repository { name } } } }`,
        (t) => ({ id: encodeNodeId('GitCommit', `${t.id}:${t.head}`) }),
        { covers: ['node GitCommit'] },
      ),
      gql(
        'a file of a commit by its id',
        `query ($id: ID!, $path: String!) { node(id: $id) { ... on GitCommit { blob(path: $path) { content } } } }`,
        (t) => ({ id: encodeNodeId('GitCommit', `${t.id}:${t.head}`), path: t.file.path }),
        file,
      ),
      gql(
        'a ref by its id',
        `query ($id: ID!) { node(id: $id) { ... on GitRef { displayName target { oid } } } }`,
        (t) => ({ id: encodeNodeId('GitRef', `${t.id}:refs/heads/${t.branch}`) }),
        { covers: ['node GitRef'] },
      ),
      gql(
        'a repository by its clone URL, with its head',
        'query ($url: String!) { repository(cloneURL: $url) { defaultBranch { target { oid } } } }',
        (t) => ({ url: t.cloneUrl }),
      ),
      gql(
        'the change updateMirrorRepository',
        'mutation ($id: ID!) { updateMirrorRepository(repository: $id) { alwaysNil } }',
        (t) => ({ id: t.nodeId }),
        { shows: isThere, reveals: isDone },
      ),
      gql('the change recloneRepository', 'mutation ($id: ID!) { recloneRepository(repo: $id) { alwaysNil } }', (t) => ({ id: t.nodeId }), {
        shows: isThere,
        reveals: isDone,
        forAdmins: true,
        spoils: true,
      }),
      raw('a file', (t) => `/-/raw/${t.file.path}`, file),
      raw(
        'some bytes of a file',
        (t) => `/-/raw/${t.file.path}`,
        { about: 'file', reveals: ({ status }) => status === 206 },
        { range: 'bytes=0-3' },
      ),
      raw('a file at a branch', (t) => `@${t.branch}/-/raw/${t.file.path}`, file),
      raw('a file at a hash', (t) => `@${t.head}/-/raw/${t.file.path}`, file),
      raw('the names in a folder', (t) => `/-/raw/${t.file.folder}`, file),
      raw('the names at the top', () => '/-/raw', isFound),
      raw('an archive', () => '/-/raw?format=tar', archive),
      raw('an archive that the client asks for', () => '/-/raw/', archive, { accept: 'application/zip' }),
      raw('an archive of a folder', (t) => `/-/raw/${t.file.folder}?format=tar`, archive),
      raw('whether it has changed', (t) => `/-/raw/${t.file.path}`, { about: 'file' }, { 'if-none-match': '"0000"' }),
      http('raw: whether there is a file', 'HTTP HEAD /*repo/-/raw{/*path}', (t) => ({ path: `/${t.name}/-/raw/${t.file.path}` }), {
        about: 'file',
        ...isFound,
      }),
      http('raw: whether there is an archive', 'HTTP HEAD /*repo/-/raw{/*path}', (t) => ({ path: `/${t.name}/-/raw?format=zip` }), {
        ...archive,
        ...isFound,
        about: 'repository',
      }),
      http(
        'a wish for a fetch',
        'HTTP POST /.api/repos/*name/-/refresh',
        (t) => ({ path: `/.api/repos/${t.name}/-/refresh`, headers: { 'content-type': 'application/json' }, body: '{}' }),
        { shows: isThere, reveals: ({ status }) => status === 202 },
      ),
    ],
    reasons: [
      {
        surfaces: ['Query.repositoryStats', 'RepositoryStats.*'],
        because: 'Counts and bytes of all mirrors, for site admins who run the disks.',
      },
      { surfaces: ['*(after)', '*(afterCursor)'], because: 'A cursor is a place in a list that is cut by the wall before it is counted.' },
    ],
  };
}
