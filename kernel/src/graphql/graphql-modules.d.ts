// graphql-modules 3 publishes `exports` without `types`, so NodeNext finds none. These are the two calls the kernel makes.
declare module 'graphql-modules' {
  import type { makeExecutableSchema } from '@graphql-tools/schema';
  import type { DocumentNode, GraphQLSchema } from 'graphql';

  export interface Module {
    readonly id: string;
  }
  export function createModule(config: {
    id: string;
    dirname?: string;
    typeDefs: DocumentNode | DocumentNode[];
    resolvers?: Record<string, unknown>;
  }): Module;
  export function createApplication(config: {
    modules: Module[];
    schemaBuilder(input: Pick<Parameters<typeof makeExecutableSchema>[0], 'typeDefs' | 'resolvers'>): GraphQLSchema;
  }): { readonly schema: GraphQLSchema };
}
