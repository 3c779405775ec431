import { type Repository } from '@sextant/plugin-code-host/api';
import { decodeNodeId, defineGraphQL, encodeNodeId, type Operation } from '@sextant/sdk';
import { addPin } from '../add-pin.js';
import { type Pin, visiblePins } from '../visible-pins.js';
import type { deps } from './deps.js';

export default defineGraphQL<typeof deps>()({
  typeDefs: /* GraphQL */ `
    type Pin {
      id: ID!
      text: String!
    }
    extend type Query {
      "The newest pins on repositories that you can see."
      pins(first: Int = 50): [Pin!]!
      pinsTotal: Int @requires(role: SITE_ADMIN)
    }
    extend type Mutation {
      pin(repository: ID!, text: String!): ID
    }
    extend type Repository {
      pinCount: Int
    }
  `,
  extends: ['Repository'],
  loaders: (d) => ({
    counts: async (ids: readonly number[], { signal }: Operation) =>
      (await d.counts?.counts({ repositories: ids, signal })) ?? ids.map(() => null),
  }),
  resolvers: (d) => ({
    Query: {
      pins: async (_parent, { first }: { first: number }, op) => {
        const visibility = await op.once('visibility', () => d.visibility.of(op.actor));
        return visiblePins(d.db, visibility, Math.min(Math.max(first, 0), 500));
      },
      pinsTotal: async () => (await d.db.query<{ n: number }>('SELECT count(*)::int AS n FROM pins'))[0]?.n,
    },
    Mutation: {
      pin: async (_parent, { repository, text }: { repository: string; text: string }, op) =>
        encodeNodeId('Pin', await addPin(d, op.actor, Number(decodeNodeId('Repository', repository) ?? 0), text)),
    },
    Pin: {
      id: ({ id }: Pin) => encodeNodeId('Pin', id),
      text: ({ text }: Pin) => d.styles[0]?.value.show(text) ?? text,
    },
    Repository: {
      pinCount: ({ id }: Repository, _args, op) => op.loader<number, number | null>('counts').load(id),
    },
  }),
});
