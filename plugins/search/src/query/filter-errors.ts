import type { FilterNode, Fix, QueryError } from './ast.js';
import { replacing } from './query-errors.js';

/** What is wrong with a filter, and the query without it. */
export function failure(text: string, filter: FilterNode, message: string, description: string): QueryError {
  return { message, start: filter.start, end: filter.end, fix: replacing(text, filter, '', description) };
}

/** The missing filter added before the one that needs it. */
export function beside(text: string, filter: FilterNode, missing: string, description: string): Fix {
  return replacing(text, filter, `${missing} ${text.slice(filter.start, filter.end)}`, description);
}
