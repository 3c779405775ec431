import { defineGraphQL } from '@sextant/sdk';
import type { deps } from './deps.js';

export default defineGraphQL<typeof deps>()({
  typeDefs: /* GraphQL */ `
    extend type Query {
      timelyGreeting(name: String!): String
    }
  `,
  resolvers: (d) => ({
    // `d.greeter` is read when it is used: an optional dependency comes and goes with its provider.
    Query: { timelyGreeting: (_parent, { name }: { name: string }) => d.greeter?.greet(name).text ?? null },
  }),
});
