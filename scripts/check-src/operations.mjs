// Each operation of src, with its variables and its selection, and what must come back over the repositories of check-src.mjs.
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { Client } from './client.mjs';
import { DeviceLogin } from './device-login.mjs';
import { olderOperations } from './older-operations.mjs';
import { peopleOperations } from './people-operations.mjs';
import { serveGit } from './serve-git.mjs';
import { decodeStream } from './stream-decoder.mjs';

const REPOSITORY =
  'fragment RepositoryFields on Repository { id name url description createdAt updatedAt externalRepository { id serviceType serviceID } defaultBranch { name displayName } viewerCanAdminister keyValuePairs { key value } }';
const USER =
  'fragment UserFields on User { id username displayName siteAdmin organizations { nodes { id name displayName } } emails { email verified } url }';
const SEARCH = `query ($query: String!) { site { buildVersion } search(query: $query) { results { results { __typename
  ... on FileMatch { repository { name url } file { name path url content commit { oid } } lineMatches { preview lineNumber offsetAndLengths limitHit } }
  ... on CommitSearchResult { messagePreview { value highlights { line character length } } diffPreview { value highlights { line character length } } label { html } url matches { url body { html text } highlights { character line length } } commit { repository { name } oid url subject author { date person { displayName } } } }
  ... on Repository { name url externalURLs { serviceType url } label { html } } }
  limitHit cloning { name } missing { name } timedout { name } resultCount elapsedMilliseconds alert { title description proposedQueries { description query } } } } }`;
const LIST =
  'query ExternalServices($first: Int!) { externalServices(first: $first) { nodes { id kind displayName config createdAt updatedAt } totalCount pageInfo { hasNextPage } } }';
const UPDATE = 'mutation UpdateExternalService($input: UpdateExternalServiceInput!) { updateExternalService(input: $input) { id } }';
const CASCADE = `subjects { id latestSettings { id contents author { ...UserFields } createdAt } settingsURL viewerCanAdminister } final`;

const repository = async ({ client }, name) =>
  (await client.graphql(`query Repository($name: String!) { repository(name: $name) { ...RepositoryFields } } ${REPOSITORY}`, { name }))
    .repository;
const search = async ({ client }, query) => (await client.graphql(SEARCH, { query })).search.results;
const connections = async ({ client }) => (await client.graphql(LIST, { first: 99_999 })).externalServices;
const connection = async (world) => (await connections(world)).nodes.find(({ displayName }) => displayName.startsWith('Elsewhere'));
const stream = async ({ client }, query) => {
  const events = decodeStream(await client.stream(query));
  equal(events.at(-1)?.event, 'done');
  equal(events.findLast(({ event }) => event === 'progress')?.data.done, true);
  return {
    events,
    matches: events.filter(({ event }) => event === 'matches').flatMap(({ data }) => data),
    last: events.findLast(({ event }) => event === 'progress').data,
  };
};
const pair = (name, argument) =>
  `mutation ($repo: ID!, $key: String!${argument ? ', $value: String' : ''}) { ${name}(repo: $repo, key: $key${argument ? ', value: $value' : ''}) { alwaysNil } }`;
const pairs = async (world) => Object.fromEntries((await repository(world, 'alpha')).keyValuePairs.map(({ key, value }) => [key, value]));
const edit = (client, subject, lastID, keyPath, value) =>
  client.graphql(
    'mutation EditSettings($input: SettingsMutationGroupInput!, $edit: SettingsEdit!) { settingsMutation(input: $input) { editSettings(edit: $edit) { empty { alwaysNil } } } }',
    { input: { subject, lastID }, edit: { keyPath, value, valueIsJSONCEncodedString: true } },
  );

const WRONG_TOKEN = `token sgp_${'0'.repeat(40)}`;
const CONFIG = '{\n  // where it is\n  "url": "https://ada:hunter2@git.invalid",\n  "repos": ["a", "b"] // two\n}';

/** Name → check; they run in this order over one server. */
export const operations = {
  'login: CurrentUser': async ({ client }) =>
    ok((await client.graphql('query CurrentUser { currentUser { username } }')).currentUser.username),
  'login: a wrong token': async ({ url }) => {
    const response = await fetch(`${url}/.api/graphql`, {
      method: 'POST',
      headers: { authorization: WRONG_TOKEN, 'content-type': 'application/json' },
      body: '{"query":"{currentUser{username}}"}',
    });
    equal(response.status, 401);
    match(await response.text(), /access token/i);
  },
  'login: device flow': async ({ url }) => {
    const login = new DeviceLogin(url);
    await login.begin();
    equal((await login.poll()).error, 'authorization_pending');
    await login.answer('confirm');
    const { access_token: token, token_type: type, expires_in: lasts } = await login.poll();
    deepEqual([type, lasts], ['Bearer', 3600]);
    const client = new Client(url, 'replaced', { authorization: `Bearer ${token}` });
    ok((await client.graphql('query CurrentUser { currentUser { username } }')).currentUser.username);
    equal((await client.graphql(SEARCH, { query: 'needle count:3' })).search.results.resultCount, 3);
  },
  'login: device flow, refreshed': async ({ url }) => {
    const login = new DeviceLogin(url);
    await login.begin();
    await login.answer('confirm');
    const first = await login.poll();
    const second = await login.refresh(first.refresh_token);
    const client = new Client(url, 'replaced', { authorization: `Bearer ${second.access_token}` });
    ok((await client.graphql('query CurrentUser { currentUser { username } }')).currentUser.username);
    equal((await login.refresh(first.refresh_token)).error, 'invalid_grant');
  },
  'login: device flow, denied': async ({ url }) => {
    const login = new DeviceLogin(url);
    await login.begin();
    await login.answer('abort');
    equal((await login.poll()).error, 'access_denied');
  },
  'auth token --header': async ({ url, token }) => {
    const client = new Client(url, 'replaced', { authorization: `Bearer ${token}` });
    ok((await client.graphql('query CurrentUser { currentUser { username } }')).currentUser.username);
  },
  version: async ({ url }) => {
    const response = await fetch(`${url}/.api/src-cli/version`);
    equal(response.status, 200);
    match((await response.json()).version, /^7\.\d+\.\d+$/);
  },
  'version: a wrong token': async ({ url }) =>
    equal((await fetch(`${url}/.api/src-cli/version`, { headers: { authorization: WRONG_TOKEN } })).status, 401),
  'SRC_HEADER_*': async ({ url, token }) => {
    const client = new Client(url, 'replaced', { authorization: `token ${token}`, 'x-forwarded-by': 'a proxy' });
    ok((await client.graphql('query CurrentUser { currentUser { username } }')).currentUser.username);
  },
  'api: variables': async ({ client }) =>
    deepEqual(
      await client.graphql('query($query: String!) { search(query: $query) { results { resultCount } } }', { query: 'needle count:3' }),
      {
        search: { results: { resultCount: 3 } },
      },
    ),
  'api: a field that is not there': async ({ client }) => match(await client.refusal('{ nope }'), /Cannot query field \\"nope\\"/),
  'api -trace': async ({ url, client }) => {
    const response = await fetch(`${url}/.api/graphql`, {
      method: 'POST',
      headers: { ...client.headers, 'content-type': 'application/json', 'x-sourcegraph-should-trace': 'true' },
      body: '{"query":"{currentUser{username}}"}',
    });
    ok(response.headers.get('x-trace'));
  },
  'version gate: site{productVersion}': async ({ client }) =>
    match((await client.graphql('query { site { productVersion } }')).site.productVersion, /^7\.\d+\.\d+$/),
  'search: files': async (world) => {
    const { results, resultCount, limitHit } = await search(world, 'repo:^alpha$ parseNeedle');
    deepEqual(
      [results[0].__typename, results[0].file.path, results[0].file.commit.oid, limitHit],
      ['FileMatch', 'src/needle.ts', world.heads.alpha, false],
    );
    deepEqual(results[0].lineMatches, [
      { preview: 'export function parseNeedle(text: string) {', lineNumber: 0, offsetAndLengths: [[16, 11]], limitHit: false },
    ]);
    equal(resultCount, 1);
  },
  'search: commits': async (world) =>
    equal((await search(world, 'repo:^alpha$ type:commit Trim')).results[0].commit.oid, world.heads.alpha),
  'search: diffs': async (world) => match((await search(world, 'repo:^alpha$ type:diff trim')).results[0].diffPreview.value, /text\.trim/),
  'search: repositories': async (world) => equal((await search(world, 'type:repo alpha')).results[0].name, 'alpha'),
  'search: capped': async (world) => equal((await search(world, 'needle count:2')).limitHit, true),
  'search: alert': async (world) => {
    const { alert, results } = await search(world, '/(/');
    deepEqual([results, typeof alert.title, typeof alert.description], [[], 'string', 'string']);
    ok(alert.proposedQueries[0].query);
  },
  'search -stream: content': async (world) => {
    const { matches } = await stream(world, 'repo:^alpha$ parseNeedle');
    const [{ type, path, repository: name, commit, chunkMatches }] = matches;
    deepEqual([type, path, name, commit], ['content', 'src/needle.ts', 'alpha', world.heads.alpha]);
    equal(chunkMatches[0].ranges[0].start.column, 16);
    equal(chunkMatches[0].contentStart.line, 0);
  },
  'search -stream: path': async (world) =>
    deepEqual(
      (await stream(world, 'type:path needle.ts')).matches.map(({ type, path }) => [type, path]),
      [['path', 'src/needle.ts']],
    ),
  'search -stream: repo': async (world) =>
    deepEqual(
      (await stream(world, 'type:repo alpha')).matches.map(({ type, repository: name }) => [type, name]),
      [['repo', 'alpha']],
    ),
  'search -stream: symbol': async (world) => {
    const { matches } = await stream(world, 'repo:^alpha$ type:symbol parseNeedle');
    equal(matches[0].type, 'symbol');
    const [{ name, kind, containerName, url }] = matches[0].symbols;
    deepEqual([name, kind, containerName], ['parseNeedle', 'FUNCTION', '']);
    match(url, /^\/alpha@main\/-\/blob\/src\/needle\.ts\?L1:17-1:28$/);
  },
  'search -stream: commit': async (world) => equal((await stream(world, 'repo:^alpha$ type:commit Trim')).matches[0].type, 'commit'),
  'search -stream: diff': async (world) => match((await stream(world, 'repo:^alpha$ type:diff trim')).matches[0].content, /text\.trim/),
  'search -stream: alert': async (world) =>
    ok((await stream(world, 'repo:nothing-is-named-so needle')).events.find(({ event }) => event === 'alert')?.data.title),
  'search -stream: capped': async (world) =>
    ok((await stream(world, 'needle count:2')).last.skipped.some(({ reason }) => /limit/.test(reason))),
  'search -stream -display': async ({ client }) => {
    const events = decodeStream(await client.stream('repo:^beta$ needle', { display: 2 }));
    equal(events.filter(({ event }) => event === 'matches').flatMap(({ data }) => data).length, 2);
    equal(events.findLast(({ event }) => event === 'progress').data.matchCount, 5);
  },
  'search -stream: a wrong token': async ({ url }) => {
    const response = await fetch(`${url}/.api/search/stream?q=x`, { headers: { accept: 'text/event-stream', authorization: WRONG_TOKEN } });
    equal(response.status, 401);
    // src shows what has no newline as it is.
    match(await response.text(), /^The access token is not valid\.[^\n]*$/);
  },
  'repos list': async ({ client }) => {
    const { repositories } = await client.graphql(
      `query Repositories($first: Int, $query: String, $cloned: Boolean, $notCloned: Boolean, $indexed: Boolean, $notIndexed: Boolean, $orderBy: RepositoryOrderBy, $descending: Boolean) { repositories(first: $first, query: $query, cloned: $cloned, notCloned: $notCloned, indexed: $indexed, notIndexed: $notIndexed, orderBy: $orderBy, descending: $descending) { nodes { ...RepositoryFields } } } ${REPOSITORY}`,
      {
        first: 1000,
        query: null,
        cloned: true,
        notCloned: true,
        indexed: true,
        notIndexed: true,
        orderBy: 'REPOSITORY_NAME',
        descending: true,
      },
    );
    deepEqual(
      repositories.nodes.map(({ name, defaultBranch }) => [name, defaultBranch.displayName]),
      [
        ['gamma', 'main'],
        ['beta', 'main'],
        ['alpha', 'main'],
      ],
    );
  },
  'repos list -order-by, -query, -not-cloned': async ({ client }) => {
    const names = async (query, more) => (await client.graphql(query, more)).repositories.nodes.map(({ name }) => name);
    deepEqual(
      await names('query($query: String) { repositories(query: $query, orderBy: REPO_CREATED_AT, descending: false) { nodes { name } } }', {
        query: 'bet',
      }),
      ['beta'],
    );
    deepEqual(await names('{ repositories(first: 10, cloned: false, notCloned: true) { nodes { name } } }'), []);
  },
  'repos get': async (world) =>
    deepEqual((({ name, url, viewerCanAdminister }) => [name, url, viewerCanAdminister])(await repository(world, 'alpha')), [
      'alpha',
      '/alpha',
      true,
    ]),
  'repos add-metadata': async (world) => {
    equal(
      (
        await world.client.graphql(pair('addRepoKeyValuePair', true), {
          repo: (await repository(world, 'alpha')).id,
          key: 'team',
          value: 'search',
        })
      ).addRepoKeyValuePair?.alwaysNil ?? null,
      null,
    );
    deepEqual(await pairs(world), { team: 'search' });
  },
  'repos add-metadata: a tag, and again': async (world) => {
    const of = { repo: (await repository(world, 'alpha')).id, key: 'tag', value: null };
    await world.client.graphql(pair('addRepoKeyValuePair', true), of);
    deepEqual(await pairs(world), { tag: null, team: 'search' });
    match(await world.client.refusal(pair('addRepoKeyValuePair', true), of), /SEXTANT_CODE_HOST_METADATA_EXISTS/);
    await world.client.graphql(pair('deleteRepoKeyValuePair', false), { repo: of.repo, key: 'tag' });
  },
  'repos update-metadata': async (world) => {
    await world.client.graphql(pair('updateRepoKeyValuePair', true), {
      repo: (await repository(world, 'alpha')).id,
      key: 'team',
      value: 'platform',
    });
    deepEqual(await pairs(world), { team: 'platform' });
  },
  'repos delete-metadata': async (world) => {
    await world.client.graphql(pair('deleteRepoKeyValuePair', false), { repo: (await repository(world, 'alpha')).id, key: 'team' });
    deepEqual(await pairs(world), {});
  },
  'repos delete': async (world) => {
    const { repository: found } = await world.client.graphql(
      'query RepositoryID($repoName: String!) { repository(name: $repoName) { id } }',
      { repoName: 'gamma' },
    );
    await world.client.graphql('mutation DeleteRepository($repoID: ID!) { deleteRepository(repository: $repoID) { alwaysNil } }', {
      repoID: found.id,
    });
    equal(await repository(world, 'gamma'), null);
  },
  'extsvc add': async ({ client }) => {
    const { addExternalService } = await client.graphql(
      'mutation AddExternalService($input: AddExternalServiceInput!) { addExternalService(input: $input) { id warning } }',
      { input: { kind: 'OTHER', displayName: 'Elsewhere', config: CONFIG } },
    );
    ok(addExternalService.id);
  },
  'extsvc list': async (world) => {
    const { totalCount, nodes } = await connections(world);
    equal(totalCount, nodes.length);
    const { kind, config } = await connection(world);
    equal(kind, 'OTHER');
    match(config, /\/\/ where it is/);
    ok(!config.includes('hunter2'), 'the secret is shown');
  },
  'extsvc edit': async (world) => {
    const { id, config } = await connection(world);
    await world.client.graphql(UPDATE, { input: { id, displayName: 'Elsewhere 2', config: config.replace('"b"', '"b", "c"') } });
    const after = await connection(world);
    equal(after.displayName, 'Elsewhere 2');
    equal(after.config, config.replace('"b"', '"b", "c"'));
  },
  'extsvc edit -exclude-repos': async (world) => {
    const { id, config } = await connection(world);
    const edited = config.replace('// two', ', // two\n  "exclude": [{"name": "git.invalid/b"}]').replace(']  ,', '],');
    await world.client.graphql(UPDATE, { input: { id, config: edited } });
    equal((await connection(world)).config, edited);
  },
  'extsvc add: a wrong configuration': async ({ client }) =>
    match(
      await client.refusal('mutation($input: AddExternalServiceInput!) { addExternalService(input: $input) { id warning } }', {
        input: { kind: 'OTHER', displayName: 'Wrong', config: '{}' },
      }),
      /SEXTANT_CODE_HOST_CONFIG_INVALID/,
    ),
  'serve-git': async (world) => {
    const served = await serveGit(world.folder, ['alpha', 'beta']);
    try {
      const { addExternalService: added } = await world.client.graphql(
        'mutation($input: AddExternalServiceInput!) { addExternalService(input: $input) { id } }',
        {
          input: {
            kind: 'OTHER',
            displayName: 'Served',
            config: JSON.stringify({ url: served.url, repos: ['src-serve'], repositoryPathPattern: 'served/{repo}' }),
          },
        },
      );
      await world.until(async () => {
        const { repositories } = await world.client.graphql('{ repositories(query: "served/", notCloned: false) { nodes { name } } }');
        deepEqual(
          repositories.nodes.map(({ name }) => name),
          ['served/alpha', 'served/beta'],
        );
        return true;
      });
      equal((await search(world, 'repo:^served/alpha$ parseNeedle')).resultCount, 1);
      await world.client.graphql('mutation($id: ID!) { deleteExternalService(externalService: $id) { alwaysNil } }', { id: added.id });
    } finally {
      served.close();
    }
  },
  'users list and get': async ({ client }) => {
    const { users } = await client.graphql(
      `query Users($first: Int, $query: String) { users(first: $first, query: $query) { nodes { ...UserFields } } } ${USER}`,
      {
        first: 1000,
        query: null,
      },
    );
    equal(users.nodes.length, 1);
    const get = `query User($username: String, $email: String) { user(username: $username, email: $email) { ...UserFields } } ${USER}`;
    deepEqual((await client.graphql(get, { username: users.nodes[0].username, email: null })).user, users.nodes[0]);
    equal((await client.graphql(get, { username: 'nobody-is-named-so', email: null })).user, null);
  },
  'users create and delete': async ({ client }) => {
    await client.graphql(
      'mutation CreateUser($username: String!, $email: String!) { createUser(username: $username, email: $email) { resetPasswordURL } }',
      { username: 'grace', email: 'grace@example.com' },
    );
    const { user } = await client.graphql('query($email: String) { user(email: $email) { id username } }', { email: 'grace@example.com' });
    equal(user.username, 'grace');
    equal((await client.graphql('query { users { totalCount } }')).users.totalCount, 2);
    await client.graphql('mutation DeleteUser($user: ID!) { deleteUser(user: $user) { alwaysNil } }', { user: user.id });
    equal((await client.graphql('query { users { totalCount } }')).users.totalCount, 1);
  },
  'config get': async (world) => {
    const { viewerSettings } = await world.client.graphql(`query ViewerSettings { viewerSettings { ${CASCADE} } } ${USER}`);
    ok(viewerSettings.subjects.length >= 2);
    ok(Object.keys(JSON.parse(viewerSettings.final)).length > 0);
  },
  'config get -subject': async ({ client }) => {
    const { id } = (await client.graphql('query { currentUser { id } }')).currentUser;
    const { settingsSubject } = await client.graphql(
      `query SettingsCascade($subject: ID!) { settingsSubject(id: $subject) { settingsCascade { ${CASCADE} } } } ${USER}`,
      { subject: id },
    );
    ok(settingsSubject.settingsCascade.subjects.some((subject) => subject.id === id));
  },
  'config edit': async ({ client }) => {
    const { id } = (await client.graphql('query { currentUser { id } }')).currentUser;
    const latest = async () =>
      (
        await client.graphql(
          'query SettingsSubjectLatestSettingsID($subject: ID!) { settingsSubject(id: $subject) { latestSettings { id } } }',
          { subject: id },
        )
      ).settingsSubject.latestSettings?.id ?? null;
    await edit(client, id, await latest(), [{ property: 'search.contextLines' }], '3');
    const { viewerSettings } = await client.graphql(`query ViewerSettings { viewerSettings { ${CASCADE} } } ${USER}`);
    equal(JSON.parse(viewerSettings.final)['search.contextLines'], 3);
  },
  'config edit -overwrite': async ({ client }) => {
    const { id } = (await client.graphql('query { currentUser { id } }')).currentUser;
    const { settingsSubject } = await client.graphql(
      'query SettingsSubjectLatestSettingsID($subject: ID!) { settingsSubject(id: $subject) { latestSettings { id } } }',
      { subject: id },
    );
    await edit(client, id, settingsSubject.latestSettings.id, [], '{"search.contextLines": 5}');
    const after = await client.graphql(`query ViewerSettings { viewerSettings { ${CASCADE} } } ${USER}`);
    equal(after.viewerSettings.subjects.find((subject) => subject.id === id).latestSettings.contents, '{"search.contextLines": 5}');
  },
  ...peopleOperations,
  ...olderOperations(REPOSITORY, LIST),
};
