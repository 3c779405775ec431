import type { Meter } from '@sextant/sdk';
import type { EngineEvent, EngineRequest } from './contract.js';

/** A search of one node in its span: how much it was to look at, and how much it did. Never what for. */
export function tracedSearch(
  meter: Pick<Meter, 'span'>,
  request: EngineRequest,
  search: (request: EngineRequest) => AsyncIterable<EngineEvent>,
): AsyncIterable<EngineEvent> {
  return meter.span(
    'search shards',
    async function* (span): AsyncGenerator<EngineEvent> {
      for await (const event of search(request)) {
        if (event.type === 'done') {
          const { summary } = event;
          span.set('sextant.search.shards', summary.shardsTotal);
          span.set('sextant.search.shards_done', summary.shardsDone);
          span.set('sextant.search.documents', summary.documentCount);
          span.set('sextant.search.matches', summary.matchCount);
          span.set('sextant.search.not_indexed', summary.notIndexed.length);
          span.set('sextant.search.degraded', summary.degraded.length);
          span.set('sextant.search.limit_hit', summary.limitHit);
          span.set('sextant.search.timed_out', summary.timedOut);
        }
        yield event;
      }
    },
    { 'sextant.search.repositories': request.scope.repositories.length, 'sextant.search.want': request.want },
  );
}
