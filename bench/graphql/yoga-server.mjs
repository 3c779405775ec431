// Run by forked(): plain graphql-yoga on node:http, the same schema merged by hand, the same limits by the kernel's own rules.
import { createServer } from 'node:http';
import { getOperationAST, parse } from 'graphql';
import { createSchema, createYoga } from 'graphql-yoga';
import { checkShape, documentShape } from '../../kernel/dist/graphql/document-shape.js';
import { DEFAULT_LIMITS } from '../../kernel/dist/graphql/graphql-limits.js';
import { operationCost } from '../../kernel/dist/graphql/operation-cost.js';
import { resolvers, typeDefs } from './people.mjs';

// `extend` for all but the first: makeExecutableSchema takes one definition of a type.
const plainTypeDefs = Object.values(typeDefs)
  .map((text, i) => text.replaceAll(' @requires(role: PUBLIC)', '').replace('type Query', i === 0 ? 'type Query' : 'extend type Query'))
  .join('\n');
const schema = createSchema({ typeDefs: plainTypeDefs, resolvers });

const limits = {
  onParse({ setParseFn }) {
    setParseFn((source, options) => parse(source, { ...options, maxTokens: DEFAULT_LIMITS.tokens }));
    return ({ result }) => {
      if (result === null || result instanceof Error) return;
      const refused = checkShape(documentShape(result), DEFAULT_LIMITS);
      if (refused !== undefined) throw refused;
    };
  },
  onExecute({ args }) {
    const operation = getOperationAST(args.document, args.operationName);
    if (operationCost(schema, args.document, operation, args.variableValues ?? {}, DEFAULT_LIMITS.listFactor) > DEFAULT_LIMITS.cost)
      throw new Error('The operation asks for too much at once.');
  },
};

const yoga = createYoga({
  schema,
  plugins: [limits],
  graphqlEndpoint: '/.api/graphql',
  logging: false,
  graphiql: false,
  landingPage: false,
  cors: false,
});
const server = createServer(yoga).listen(0, '127.0.0.1', () => process.send({ url: `http://127.0.0.1:${server.address().port}` }));
process.on('message', (message) => {
  if (message === 'stop') process.exit(0);
});
