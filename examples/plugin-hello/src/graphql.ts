import { defineGraphQL } from '@sextant/sdk';
import { greet } from './greetings.js';
import type part from './part.js';
import { type Resolvers, schema } from './schema.generated.js';

export default defineGraphQL<typeof part>()({
  schema,
  resolvers: ({ greetings, jobs }): Resolvers => ({
    Query: { greetings: (_parent, { first }) => greetings.newest(Math.min(Math.max(first, 0), 500)) },
    Mutation: { greet: (_parent, { name }) => jobs.enqueue(greet, { name }) },
  }),
});
