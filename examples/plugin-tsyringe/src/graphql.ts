import { defineGraphQL } from '@sextant/sdk';
import type part from './part.js';

export default defineGraphQL<typeof part>()({
  typeDefs: /* GraphQL */ `
    extend type Query {
      timelyGreeting(name: String!): String
    }
  `,
  resolvers: (timelyGreeter) => ({
    Query: { timelyGreeting: (_parent, { name }: { name: string }) => timelyGreeter.greet(name).text },
  }),
});
