import { declareErrors } from '@sextant/sdk';

export const graphqlErrors = declareErrors({
  SEXTANT_GRAPHQL_INVALID: {
    status: 400,
    summary: 'The GraphQL document or its variables do not fit the schema.',
    fix: 'Correct the place that the message names.',
  },
  SEXTANT_GRAPHQL_REQUEST: {
    status: 400,
    summary: 'The request is not one GraphQL operation as JSON.',
    fix: 'POST one JSON object with "query", and "variables" as an object.',
  },
  SEXTANT_GRAPHQL_CONTENT_TYPE: {
    status: 415,
    summary: 'A GraphQL request came as something else than JSON.',
    fix: 'Send Content-Type: application/json, or an access token in the Authorization header.',
  },
  SEXTANT_GRAPHQL_NOT_INSTALLED: {
    status: 404,
    summary: 'An operation asks for a system that is not part of this installation.',
    fix: 'Leave the named fields out, or install a plugin that provides them.',
  },
  SEXTANT_GRAPHQL_BATCH: {
    status: 400,
    summary: 'Several operations came in one request.',
    fix: 'Send one operation per request; one operation may ask for many fields.',
  },
  SEXTANT_GRAPHQL_LIMIT: {
    status: 400,
    summary: 'An operation is larger than a limit allows.',
    fix: 'Ask for less at a time, or raise the named limit.',
  },
  SEXTANT_GRAPHQL_INTROSPECTION: {
    status: 401,
    summary: 'Introspection needs a signed-in user.',
    fix: 'Send an access token in the Authorization header.',
  },
  SEXTANT_GRAPHQL_DEADLINE: { status: 504, summary: 'An operation did not end in its time.', fix: 'Ask for less at a time.' },
  SEXTANT_GRAPHQL_RESULT: {
    status: 500,
    summary: 'A plugin answered null where its schema promises a value.',
    fix: 'The plugin is at fault; the log has its field.',
  },
  SEXTANT_GRAPHQL_PLUGIN_GONE: {
    status: 410,
    summary: 'The plugin behind a subscription was switched off.',
    fix: 'Subscribe again when it is on.',
  },
  SEXTANT_GRAPHQL_SDL: {
    status: 500,
    summary: "A plugin's GraphQL schema cannot be read or does not build.",
    fix: 'Correct the named type or field.',
  },
  SEXTANT_GRAPHQL_OWNERSHIP: {
    status: 500,
    summary: 'A plugin claims a GraphQL type or field that another owns.',
    fix: 'Rename it, or let its owner have it.',
  },
  SEXTANT_GRAPHQL_EXTENSION: {
    status: 500,
    summary: "A plugin extends another's type in a way that is not allowed.",
    fix: 'List the type in `extends`, add fields only, and make them nullable.',
  },
  SEXTANT_GRAPHQL_REFERENCE: {
    status: 500,
    summary: "A plugin's GraphQL schema names a type that no accepted plugin defines.",
    fix: 'Enable the plugin that owns the type.',
  },
  SEXTANT_GRAPHQL_PERMISSION: {
    status: 500,
    summary: "A plugin's GraphQL schema asks for a permission that no active plugin declares.",
    fix: 'Declare it, correct its name, or enable the plugin that declares it.',
  },
  SEXTANT_GRAPHQL_RESOLVERS: {
    status: 500,
    summary: "A plugin's resolvers do not fit its schema, or could not be made.",
    fix: 'Correct the named resolver.',
  },
});
