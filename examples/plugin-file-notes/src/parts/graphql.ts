import type { Repository } from '@sextant/plugin-code-host/api';
import {
  decodeNodeId,
  defineGraphQL,
  encodeNodeId,
  type Operation,
  type Page,
  type PageArguments,
  pageOf,
  pageRequest,
} from '@sextant/sdk';
import { addNote, type Note, notesOf } from '../notes.js';
import type { deps } from './deps.js';

export default defineGraphQL<typeof deps>()({
  typeDefs: /* GraphQL */ `
    "A note of one's own on a file."
    type FileNote implements Node @requires(permission: "FILE_NOTES#READ") {
      id: ID!
      path: String!
      text: String!
      repository: Repository
    }
    type FileNoteConnection {
      nodes: [FileNote!]!
      pageInfo: PageInfo!
    }
    extend type Query {
      "One's own notes, newest first."
      fileNotes(first: Int, after: String): FileNoteConnection @requires(permission: "FILE_NOTES#READ")
    }
    extend type Repository {
      "One's own notes on its files, newest first."
      fileNotes(first: Int, after: String): FileNoteConnection @requires(permission: "FILE_NOTES#READ")
    }
    extend type Mutation {
      addFileNote(repository: ID!, path: String!, text: String!): FileNote @requires(permission: "FILE_NOTES#WRITE")
    }
  `,
  extends: ['Repository'],
  resolvers: (d) => {
    const page = async (args: PageArguments, op: Operation, repositoryId?: number): Promise<Page<Note>> => {
      const list = `file-notes:${repositoryId ?? 'all'}`;
      const { limit, after } = pageRequest(list, args, { max: 500, default: 50 });
      const visibility = await op.once('visibility', () => d.visibility.of(op.actor));
      const before = after === undefined ? undefined : Number(after);
      const notes = await notesOf(d.db, visibility, op.actor, { limit: limit + 1, before, repositoryId });
      return pageOf(list, notes, limit, ({ id }) => String(id));
    };
    return {
      Query: { fileNotes: (_parent, args: PageArguments, op) => page(args, op) },
      Repository: { fileNotes: ({ id }: Repository, args: PageArguments, op) => page(args, op, id) },
      Mutation: {
        addFileNote: (_parent, args: { repository: string; path: string; text: string }, op) =>
          addNote(d, op.actor, { ...args, repositoryId: Number(decodeNodeId('Repository', args.repository) ?? 0) }),
      },
      FileNote: {
        id: ({ id }: Note) => encodeNodeId('FileNote', id),
        repository: ({ repositoryId }: Note, _args, op) => d.repositories.byId(op.actor, repositoryId),
      },
    };
  },
});
