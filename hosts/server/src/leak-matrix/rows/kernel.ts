import { gql, type PluginRows } from '../row.js';

/** What is of no plugin. */
export const kernelRows = (): PluginRows => ({
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
    { surfaces: ['HTTP GET /-/local'], because: 'Lets a browser in by the secret of the start; tells nothing.' },
    {
      surfaces: ['HTTP GET /-/plugins', 'Query.plugins', 'Plugin*.*', 'Mutation.*Plugin*', 'Subscription.pluginChanged*'],
      because: 'The state of plugins, for site admins.',
    },
    {
      surfaces: ['Query.outboundRequests*', 'OutboundRequest*.*', 'HTTPHeader.*'],
      because: 'Requests to other servers, for site admins: addresses without what a person gave.',
    },
  ],
});
