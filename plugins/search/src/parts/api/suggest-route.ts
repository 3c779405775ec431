import type { RouteReply, RouteRequest } from '@sextant/sdk';
import type { Search } from '../../api.js';
import { integer, patternTypeOf } from './route-arguments.js';

/** GET `/.api/search/suggest`: what may stand at the cursor of the query `q`, as JSON; without `pos` the cursor is behind its last character. */
export function suggestRoute(search: Search): (request: RouteRequest) => Promise<RouteReply> {
  return async ({ query, actor, signal }) => {
    const text = query.get('q') ?? '';
    const patternType = patternTypeOf(query);
    const body = await search.suggest({
      query: text,
      position: integer(query, 'pos', text.length),
      first: integer(query, 'first', 20),
      actor,
      signal,
      ...(patternType ? { patternType } : {}),
    });
    return { headers: { 'cache-control': 'no-store' }, body };
  };
}
