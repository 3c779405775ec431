import type { RouteReply, RouteRequest } from '@sextant/sdk';
import { SextantError } from '@sextant/sdk';
import type { PatternType, Search, SearchEvent } from '../../api.js';
import { frame, wireEvent } from './stream-wire.js';

const PATTERN_TYPES: Readonly<Record<string, PatternType>> = {
  keyword: 'keyword',
  standard: 'standard',
  literal: 'literal',
  regexp: 'regexp',
  structural: 'structural',
};
const PING_EVERY = 5_000;

/** GET `/.api/search/stream`: the search as server-sent events, flushed as they come, ended by `done`. */
export function streamRoute(search: Search): (request: RouteRequest) => RouteReply {
  return (request) => {
    const { query } = request;
    const text = query.get('q') ?? '';
    const display = integer(query, 'display', -1);
    const contextLines = integer(query, 'cl', 1);
    const options = { chunkMatches: truthy(query.get('cm')), maxLineLength: integer(query, 'max-line-len', -1), trace: request.trace };
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

function patternTypeOf(query: URLSearchParams): PatternType | undefined {
  const name = query.get('t') || query.get('patternType');
  if (!name) return undefined;
  const type = PATTERN_TYPES[name.toLowerCase()];
  if (!type) throw wrong('t', name, `one of ${Object.keys(PATTERN_TYPES).join(', ')}`);
  return type;
}

function integer(query: URLSearchParams, name: string, fallback: number): number {
  const text = query.get(name);
  if (text === null || text === '') return fallback;
  const value = Number(text);
  if (!Number.isInteger(value)) throw wrong(name, text, 'a whole number');
  return value;
}

const truthy = (text: string | null): boolean => text !== null && /^(?:1|t|true|yes)$/i.test(text);

const wrong = (name: string, value: string, expected: string): SextantError =>
  new SextantError('SEXTANT_SEARCH_ARGUMENT', {
    what: `The parameter ${name} is ${JSON.stringify(value)}.`,
    why: `It must be ${expected}.`,
    fix: 'Correct it.',
  });
