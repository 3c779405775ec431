import type { GraphQLSchema } from 'graphql';
import type { PluginRows } from '../row.js';
import { codeHostRows } from './code-host.js';
import { gitRows } from './git.js';
import { otherRows } from './others.js';
import { searchRows } from './search.js';

/** What every plugin answers for. A new one adds its file here. */
export const allRows = (schema: GraphQLSchema): readonly PluginRows[] => [
  codeHostRows(schema),
  gitRows(schema),
  searchRows(schema),
  ...otherRows(schema),
];
