import { defineGraphQL, type Page, type PageArguments, pageOf, pageRequest } from '@sextant/sdk';
import { greetPerson } from '../../jobs.js';
import type { Greeting } from '../../storage/greeting.entity.js';
import type { deps } from './deps.js';

const LIST = 'greetings';

export default defineGraphQL<typeof deps>()({
  typeDefs: /* GraphQL */ `
    extend type Query {
      "Everybody who was greeted, newest first."
      greetings(first: Int, after: String): GreetingConnection
    }
    extend type Mutation {
      "Greets a person soon. Answers with the id of the job that does it."
      greet(name: String!): ID
    }
    type GreetingConnection {
      nodes: [Greeting!]!
      pageInfo: PageInfo!
    }
    type Greeting {
      name: String!
      text: String!
      greetedAt: DateTime!
    }
  `,
  resolvers: ({ db, jobs }) => ({
    Query: {
      greetings: async (_parent, args: PageArguments): Promise<Page<Greeting>> => {
        const { limit, after } = pageRequest(LIST, args, { max: 500, default: 50 });
        const rows = await db.query<Greeting>(
          'SELECT id, name, text, greeted_at AS "greetedAt" FROM greetings WHERE $1::int IS NULL OR id < $1 ORDER BY id DESC LIMIT $2',
          [after ?? null, limit + 1],
        );
        return pageOf(LIST, rows, limit, ({ id }) => String(id));
      },
    },
    Mutation: {
      greet: (_parent, { name }: { name: string }) => jobs.enqueue(greetPerson, { name }),
    },
  }),
});
