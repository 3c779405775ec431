import type { GraphQLSchema } from 'graphql';
import { gql, type PluginRows } from '../row.js';

/** Plugins and parts that know people and the installation, and next to nothing of code. */
export function otherRows(_schema: GraphQLSchema): readonly PluginRows[] {
  const blob = 'query ($name: String!, $path: String!) { repository(name: $name) { commit(rev: "HEAD") { blob(path: $path) { highlight';
  const named = (t: { readonly name: string; readonly file: { readonly path: string } }) => ({ name: t.name, path: t.file.path });
  const file = { about: 'file' } as const;
  return [
    {
      plugin: 'highlight',
      rows: [
        gql(
          'a file in colours',
          `${blob}(disableTimeout: false, format: HTML_HIGHLIGHT, startLine: 1, endLine: 9, isLightTheme: true, highlightLongLines: true) { html } } } } }`,
          named,
          file,
        ),
        gql('a file without colours', `${blob}(disableTimeout: false, format: HTML_PLAINTEXT) { html } } } } }`, named, file),
        gql('the language of a file', `${blob}(disableTimeout: false) { language aborted } } } } }`, named, {
          ...file,
          reveals: ({ body }) => body.includes('"language"'),
        }),
      ],
      reasons: [],
    },
    {
      plugin: 'identity',
      rows: [],
      reasons: [
        {
          surfaces: [
            'Query.currentUser',
            'Query.user*',
            'Query.organization*',
            'User.*',
            'User*.*',
            'Org*.*',
            'AccessToken*.*',
            'Create*Result.*',
            'node User',
            'node Org',
            'node AccessToken',
            'Mutation.*User*',
            'Mutation.*AccessToken*',
            'event user:*',
          ],
          because: 'People, organisations and tokens: no record of them is derived from code.',
        },
        {
          surfaces: ['command token *', 'command user *'],
          because: 'Reads and writes people and tokens in the database, for who holds its password.',
        },
      ],
    },
    {
      plugin: 'site',
      rows: [],
      reasons: [
        {
          surfaces: ['Query.site', 'Site.*', 'Site*.*', 'node Site', 'Mutation.updateSiteConfiguration*', 'Alert.*'],
          because: 'The installation, as site admins configured it.',
        },
        {
          surfaces: [
            'Query.settingsSubject*',
            'Query.viewerSettings',
            'Settings*.*',
            'DefaultSettings.*',
            'Mutation.settingsMutation*',
            'UpdateSettingsPayload.*',
          ],
          because: 'Settings that people wrote.',
        },
        {
          surfaces: ['Query.*eatureFlag*', 'FeatureFlag*.*', 'EvaluatedFeatureFlag.*', 'Mutation.*FeatureFlag*'],
          because: 'Flags that site admins set.',
        },
        {
          surfaces: ['Query.doctor', 'DoctorFinding.*', 'DoctorMend*.*', 'Mutation.applyMends*'],
          because:
            'Findings about the running of the installation, for site admins: they name repositories whose mirror or index is damaged.',
        },
        { surfaces: ['HTTP GET /.api/src-cli/version'], because: 'A version number.' },
      ],
    },
    {
      plugin: 'outbound-webhooks',
      rows: [],
      reasons: [
        {
          surfaces: ['Query.outboundWebhook*', 'OutboundWebhook*.*', 'Mutation.*OutboundWebhook*', 'node OutboundWebhook*'],
          because: 'What a site admin has sent to other servers, with all that was sent.',
        },
      ],
    },
    {
      plugin: 'kernel',
      rows: [
        gql('what is no node', 'query ($id: ID!) { node(id: $id) { __typename id } }', (t) => ({ id: t.externalId }), {
          shows: () => false,
          covers: ['HTTP POST /.api/graphql'],
        }),
      ],
      reasons: [
        { surfaces: ['HTTP GET /.api/graphql'], because: 'The same operations as by POST, but for changes.' },
        { surfaces: ['HTTP GET /healthz', 'HTTP GET /readyz'], because: 'Whether the process is well; it names plugins.' },
        { surfaces: ['HTTP GET /metrics'], because: 'Counts over everything, for this machine alone: who comes through a proxy gets 404.' },
        {
          surfaces: ['HTTP GET /-/plugins', 'Query.plugins', 'Plugin*.*', 'Mutation.*Plugin*', 'Subscription.pluginChanged*'],
          because: 'The state of plugins, for site admins.',
        },
        {
          surfaces: ['Query.outboundRequests*', 'OutboundRequest*.*', 'HTTPHeader.*'],
          because: 'Requests to other servers, for site admins: addresses without what a person gave.',
        },
      ],
    },
    {
      plugin: 'sextant',
      rows: [],
      reasons: [
        {
          surfaces: [
            'command search',
            'command search-nodes',
            'command skipped-files',
            'command why-stale',
            'command query',
            'command doctor',
          ],
          because: 'Asks a running Sextant over HTTP, by the token of whoever calls it.',
        },
        { surfaces: ['command config', 'command plugin', 'command serve'], because: 'Reads and writes files of this machine.' },
        { surfaces: ['command database', 'command secrets'], because: 'Moves the database as a whole, for who holds its password.' },
      ],
    },
  ];
}
