import type { RouteReply, RouteRequest } from '@sextant/sdk';
import { SextantError } from '@sextant/sdk';
import type { Search, SearchEvent } from '../../api.js';
import { integer, patternTypeOf, queryText, truthy } from './route-arguments.js';
import { frame, wireEvent } from './stream-wire.js';

const PING_EVERY = 5_000;

/** GET `/.api/search/stream`: the search as server-sent events, flushed as they come, ended by `done`. */
export function streamRoute(search: Search): (request: RouteRequest) => RouteReply {
  return (request) => {
    const { query } = request;
    const text = queryText(query);
    const display = integer(query, 'display', -1);
    const contextLines = integer(query, 'cl', 1);
    const options = { chunkMatches: truthy(query, 'cm'), maxLineLength: integer(query, 'max-line-len', -1), trace: request.trace };
    const patternType = patternTypeOf(query);
    const events = search.search({
      query: text,
      actor: request.actor,
      signal: request.signal,
      contextLines: Math.max(0, Math.min(contextLines, 100)),
      ...(patternType ? { patternType } : {}),
      ...(display >= 0 ? { display } : {}),
    });
    return {
      headers: { 'content-type': 'text/event-stream', 'cache-control': 'no-cache', 'x-accel-buffering': 'no' },
      body: frames(events, (event) => wireEvent(event, options)),
    };
  };
}

/** Repeats the last progress while nothing comes, so that proxies keep the connection and people see it lives. */
async function* frames(events: AsyncIterable<SearchEvent>, write: (event: SearchEvent) => string | undefined): AsyncGenerator<string> {
  const iterator = events[Symbol.asyncIterator]();
  const started = performance.now();
  let progress: SearchEvent = {
    type: 'progress',
    progress: { done: false, matchCount: 0, durationMs: 0, repositoriesCount: 0, skipped: [] },
  };
  try {
    for (let next = iterator.next(); ; ) {
      const result = await withPing(next);
      if (result === 'ping') {
        if (progress.type === 'progress')
          progress = { type: 'progress', progress: { ...progress.progress, durationMs: Math.round(performance.now() - started) } };
        yield write(progress) ?? '';
        continue;
      }
      if (result.done) break;
      if (result.value.type === 'progress') progress = result.value;
      const text = write(result.value);
      if (text) yield text;
      next = iterator.next();
    }
    yield frame('done', {});
  } catch (error) {
    if (error instanceof Error && error.name === 'AbortError') return;
    // The headers are long gone: the error travels as an event.
    yield frame('error', {
      message: SextantError.is(error) && error.status < 500 ? error.message : 'The search failed; the cause is in the log.',
    });
    yield frame('done', {});
    throw error;
  } finally {
    await iterator.return?.();
  }
}

async function withPing<R>(next: Promise<R>): Promise<R | 'ping'> {
  let timer: NodeJS.Timeout | undefined;
  const ping = new Promise<'ping'>((resolve) => {
    timer = setTimeout(() => resolve('ping'), PING_EVERY);
  });
  try {
    return await Promise.race([next, ping]);
  } finally {
    clearTimeout(timer);
  }
}
