// What src sends about users, organisations and teams, and what must come back.
import { deepEqual, equal, match } from 'node:assert/strict';

const USER =
  'fragment UserFields on User { id username displayName siteAdmin organizations { nodes { id name displayName } } emails { email verified } url }';
const ORG = 'fragment OrgFields on Org { id name displayName members { nodes { id username } } }';
const TEAM = 'fragment TeamFields on Team { id name displayName readonly }';
const MEMBER_VARIABLES = `$teamName: String!
  $id: ID, $email: String, $username: String, $externalAccountServiceID: String, $externalAccountServiceType: String,
  $externalAccountAccountID: String, $externalAccountLogin: String, $skipUnmatchedMembers: Boolean,`;
const MEMBER = `teamName: $teamName, members: [{ userID: $id, email: $email, username: $username, externalAccountServiceID: $externalAccountServiceID,
  externalAccountServiceType: $externalAccountServiceType, externalAccountAccountID: $externalAccountAccountID, externalAccountLogin: $externalAccountLogin, }],
  skipUnmatchedMembers: $skipUnmatchedMembers,`;

const users = async ({ client }, variables) => {
  const tag = variables.tag === undefined ? ['', ''] : [', $tag: String', ', tag: $tag'];
  const query = `query Users($first: Int, $query: String${tag[0]}) { users(first: $first, query: $query${tag[1]}) { nodes { ...UserFields } } } ${USER}`;
  return (await client.graphql(query, { first: 1000, query: null, ...variables })).users.nodes;
};
const idOf = async ({ client }, username) =>
  (
    await client.graphql(
      `query User($username: String, $email: String) { user(username: $username, email: $email) { ...UserFields } } ${USER}`,
      {
        username,
        email: null,
      },
    )
  ).user.id;
const organization = async ({ client }, name) =>
  (await client.graphql(`query Organization($name: String!,) { organization(name: $name) { ...OrgFields } } ${ORG}`, { name }))
    .organization;
const createTeam = async ({ client }, name, { parentTeam = null, readonly = false } = {}) =>
  (
    await client.graphql(
      `mutation CreateTeam($name: String!, $displayName: String, $parentTeam: String, $readonly: Boolean) {
         createTeam(name: $name, displayName: $displayName, parentTeamName: $parentTeam, readonly: $readonly,) { ...TeamFields } } ${TEAM}`,
      { name, displayName: null, parentTeam, readonly },
    )
  ).createTeam;
const updateTeam = ({ client }, name, { displayName = null, parentTeam = null }) =>
  client.graphql(
    `mutation UpdateTeam($name: String!, $displayName: String, $parentTeam: String) {
       updateTeam(name: $name, displayName: $displayName, parentTeamName: $parentTeam,) { ...TeamFields } } ${TEAM}`,
    { name, displayName, parentTeam },
  );
const deleteTeam = ({ client }, name) =>
  client.graphql('mutation DeleteTeam($name: String!,) { deleteTeam(name: $name,) { alwaysNil } }', { name });
const teams = async ({ client }, search = null) =>
  (
    await client.graphql(
      `query Teams($first: Int, $search: String) { teams(first: $first, search: $search) { nodes { ...TeamFields } } } ${TEAM}`,
      {
        first: 1000,
        search,
      },
    )
  ).teams.nodes.map(({ name }) => name);
const childTeams = async ({ client }, parentTeamName) =>
  (
    await client.graphql(
      `query ChildTeams($first: Int, $search: String, $parentTeamName: String!) {
         team(name: $parentTeamName) { childTeams(first: $first, search: $search) { nodes { ...TeamFields } } } } ${TEAM}`,
      { first: 1000, search: null, parentTeamName },
    )
  ).team.childTeams.nodes.map(({ name }) => name);
const changeMembers = ({ client }, name, field, variables) =>
  client.graphql(`mutation ${name}(${MEMBER_VARIABLES}) { ${field}(${MEMBER}) { ...TeamFields } } ${TEAM}`, {
    id: null,
    email: null,
    username: null,
    externalAccountServiceID: null,
    externalAccountServiceType: null,
    externalAccountAccountID: null,
    externalAccountLogin: null,
    skipUnmatchedMembers: false,
    ...variables,
  });
const teamMembers = async ({ client }, name) =>
  (
    await client.graphql(
      `query ListTeamMembers($name: String!, $first: Int, $search: String) {
         team(name: $name) { members(first: $first, search: $search) { nodes { ... on User { id username } } } } }`,
      { name, first: 1000, search: null },
    )
  ).team.members.nodes.map(({ username }) => username);

/** Name → check; they run in this order over one server. */
export const peopleOperations = {
  'users tag, and list by tag': async (world) => {
    await world.client.graphql(
      'mutation CreateUser($username: String!, $email: String!) { createUser(username: $username, email: $email) { resetPasswordURL } }',
      { username: 'hopper', email: 'hopper@example.com' },
    );
    const tag = (user, present) =>
      world.client.graphql(
        'mutation SetUserTag($user: ID!, $tag: String!, $present: Boolean!) { setTag(node: $user, tag: $tag, present: $present) { alwaysNil } }',
        { user, tag: 'beta', present },
      );
    const id = await idOf(world, 'hopper');
    await tag(id, true);
    deepEqual(
      (await users(world, { tag: 'beta' })).map(({ username }) => username),
      ['hopper'],
    );
    await tag(id, false);
    deepEqual(await users(world, { tag: 'beta' }), []);
  },
  'users prune': async ({ client }) => {
    const { site } = await client.graphql('query getTotalUsers { site { users { totalCount }}}');
    const page = await client.graphql(
      `query getInactiveUsers($limit: Int $offset: Int) {
         site { users { nodes (limit: $limit offset: $offset) { id username email siteAdmin lastActiveAt deletedAt } } } }`,
      { limit: 100, offset: 0 },
    );
    equal(page.site.users.nodes.length, site.users.totalCount);
    equal(page.site.users.nodes.find(({ username }) => username === 'grace').deletedAt === null, false);
    deepEqual(
      page.site.users.nodes.filter(({ email }) => email === 'hopper@example.com').map(({ lastActiveAt }) => lastActiveAt),
      [null],
    );
  },
  'orgs create, list and get': async (world) => {
    const { client } = world;
    const { createOrganization } = await client.graphql(
      'mutation CreateOrg($name: String!, $displayName: String!,) { createOrganization(name: $name, displayName: $displayName,) { id } }',
      { name: 'acme', displayName: 'Acme Inc.' },
    );
    const found = await organization(world, 'acme');
    deepEqual([found.id, found.displayName, found.members.nodes.length], [createOrganization.id, 'Acme Inc.', 1]);
    const list = `query Organizations($first: Int, $query: String,) { organizations(first: $first, query: $query,) { nodes { ...OrgFields } } } ${ORG}`;
    deepEqual((await client.graphql(list, { first: 1000, query: '' })).organizations.nodes, [found]);
    deepEqual((await client.graphql(list, { first: 1000, query: 'nothing' })).organizations.nodes, []);
    equal(await organization(world, 'nothing'), null);
  },
  'orgs members add and remove': async (world) => {
    const { id, members } = await organization(world, 'acme');
    const names = async () => (await organization(world, 'acme')).members.nodes.map(({ username }) => username);
    await world.client.graphql(
      'mutation AddUserToOrganization($organization: ID!, $username: String!,) { addUserToOrganization(organization: $organization, username: $username,) { alwaysNil } }',
      { organization: id, username: 'hopper' },
    );
    deepEqual(await names(), [members.nodes[0].username, 'hopper']);
    deepEqual(
      (await users(world, { query: 'hopper' }))[0].organizations.nodes.map(({ name }) => name),
      ['acme'],
    );
    await world.client.graphql(
      'mutation RemoveUserFromOrg($orgID: ID!, $userID: ID!,) { removeUserFromOrg(orgID: $orgID, userID: $userID,) { alwaysNil } }',
      { orgID: id, userID: await idOf(world, 'hopper') },
    );
    deepEqual(await names(), [members.nodes[0].username]);
  },
  'orgs delete': async (world) => {
    const { id } = await organization(world, 'acme');
    await world.client.graphql(
      'mutation DeleteOrganization($organization: ID!) { deleteOrganization(organization: $organization) { alwaysNil } }',
      { organization: id },
    );
    equal(await organization(world, 'acme'), null);
  },
  'teams create, list and update': async (world) => {
    const engineering = await createTeam(world, 'engineering');
    deepEqual([engineering.name, engineering.displayName, engineering.readonly], ['engineering', null, false]);
    await createTeam(world, 'web', { parentTeam: 'engineering' });
    equal((await createTeam(world, 'operations', { readonly: true })).readonly, true);
    deepEqual(await teams(world), ['engineering', 'operations']);
    deepEqual(await teams(world, 'WE'), ['web']);
    deepEqual(await childTeams(world, 'engineering'), ['web']);
    const { updateTeam: updated } = await updateTeam(world, 'operations', { displayName: 'Ops', parentTeam: 'engineering' });
    equal(updated.displayName, 'Ops');
    deepEqual(await childTeams(world, 'engineering'), ['web', 'operations']);
  },
  'teams create: a name that is taken': async (world) => {
    // By these words src ends with its status 3.
    const refusal = await createTeam(world, 'engineering').then(
      () => '',
      (error) => error.message,
    );
    match(refusal, /team name is already taken/);
  },
  'teams members add, list and remove': async (world) => {
    await changeMembers(world, 'AddTeamMember', 'addTeamMembers', { teamName: 'web', username: 'hopper' });
    await changeMembers(world, 'AddTeamMember', 'addTeamMembers', { teamName: 'web', email: 'hopper@example.com' });
    deepEqual(await teamMembers(world, 'web'), ['hopper']);
    const nobody = { teamName: 'web', username: 'nobody-is-named-so' };
    await changeMembers(world, 'AddTeamMember', 'addTeamMembers', { ...nobody, skipUnmatchedMembers: true });
    const refusal = await changeMembers(world, 'AddTeamMember', 'addTeamMembers', nobody).then(
      () => '',
      (error) => error.message,
    );
    match(refusal, /match no user/);
    await changeMembers(world, 'RemoveTeamMember', 'removeTeamMembers', { teamName: 'web', id: await idOf(world, 'hopper') });
    deepEqual(await teamMembers(world, 'web'), []);
  },
  'teams delete': async (world) => {
    for (const name of ['web', 'operations', 'engineering']) await deleteTeam(world, name);
    deepEqual(await teams(world), []);
  },
  'config get and edit -subject: of an organisation': async (world) => {
    const { client } = world;
    const { createOrganization } = await client.graphql(
      'mutation CreateOrg($name: String!, $displayName: String!,) { createOrganization(name: $name, displayName: $displayName,) { id } }',
      { name: 'settled', displayName: '' },
    );
    await client.graphql(
      'mutation EditSettings($input: SettingsMutationGroupInput!, $edit: SettingsEdit!) { settingsMutation(input: $input) { editSettings(edit: $edit) { empty { alwaysNil } } } }',
      {
        input: { subject: createOrganization.id, lastID: null },
        edit: { keyPath: [{ property: 'search.displayLimit' }], value: '700', valueIsJSONCEncodedString: true },
      },
    );
    const { viewerSettings } = await client.graphql('query ViewerSettings { viewerSettings { final subjects { settingsURL } } }');
    equal(JSON.parse(viewerSettings.final)['search.displayLimit'], 700);
    equal(
      viewerSettings.subjects.some(({ settingsURL }) => settingsURL === '/organizations/settled/settings'),
      true,
    );
    await client.graphql(
      'mutation DeleteOrganization($organization: ID!) { deleteOrganization(organization: $organization) { alwaysNil } }',
      { organization: createOrganization.id },
    );
  },
};
