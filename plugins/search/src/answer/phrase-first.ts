import type { SearchEngine } from '../api.js';
import type { DocExpr, EngineDocument, EngineEvent, EngineRequest, EngineSummary, PatternSpec } from '../engine/contract.js';
import { ToldDocuments } from '../engine/told-documents.js';

/**
 * Searches, and looks first where the words of the query stand one after another. A search collects so many matches and no
 * more, in the order of its repositories: the one file that holds the sentence would never be seen behind all those that hold its words.
 * The answer is otherwise that of the engine: the files with the sentence and those without are all files.
 * @param phrase these words as they stand in a sentence; undefined: there are none
 * @param timeLeft milliseconds until the answer is due
 */
export async function* phraseFirst(
  engine: Pick<SearchEngine, 'search'>,
  request: EngineRequest,
  phrase: PatternSpec | undefined,
  timeLeft: () => number,
): AsyncGenerator<EngineEvent> {
  if (!phrase || !takesTheBest(request)) {
    yield* engine.search(request);
    return;
  }
  const { expr, limits, hold = 0 } = request;
  const isThere: DocExpr = { op: 'content', pattern: phrase };
  const told = new ToldDocuments();
  let documents = 0;
  let held: readonly EngineDocument[] = [];
  let first: EngineSummary | undefined;
  for await (const event of engine.search({ ...request, expr: { op: 'and', of: [isThere, expr] } })) {
    if (event.type === 'documents') {
      // The last ones wait for those of the second search, and are sorted among them.
      if (hold < limits.deadline && held.length > 0) yield { type: 'documents', documents: held };
      held = event.documents;
      told.add(held);
      documents += held.length;
    } else if (event.type === 'done') first = event.summary;
    else yield event;
  }
  if (!first) return;
  if (first.limitHit || first.timedOut) {
    if (held.length > 0) yield { type: 'documents', documents: held };
    yield { type: 'done', summary: first };
    return;
  }
  const rest: EngineRequest = {
    ...request,
    expr: { op: 'and', of: [expr, { op: 'not', of: isThere }] },
    limits: {
      ...limits,
      // With nothing left to collect it still tells whether there is more.
      maxMatches: Math.max(limits.maxMatches - first.matchCount, 0),
      maxDocuments: Math.max(limits.maxDocuments - documents, 0),
      deadline: Math.max(1, timeLeft()),
    },
  };
  for await (const event of engine.search(rest)) {
    if (event.type === 'documents') {
      // A file that was changed between the two would be in both.
      yield { type: 'documents', documents: [...held, ...told.without(event.documents)].sort((a, b) => b.score - a.score) };
      held = [];
    } else if (event.type === 'progress') yield { ...event, matchCount: first.matchCount + event.matchCount };
    else if (event.type === 'done') {
      if (held.length > 0) yield { type: 'documents', documents: held };
      yield { type: 'done', summary: inAll(first, event.summary) };
    } else yield event;
  }
}

/** Only where more may be found than is collected, and somebody looks at which of it is. */
const takesTheBest = ({ want, limits }: EngineRequest): boolean =>
  want === 'content' && limits.scores !== false && !limits.countAll && !limits.counts && limits.firstOf === undefined;

/** Both looked at the same parts of the index. */
function inAll(a: EngineSummary, b: EngineSummary): EngineSummary {
  const degraded = new Map([...a.degraded, ...b.degraded].map((one) => [one.repository, one]));
  const unanswered = new Set([...(a.unanswered ?? []), ...(b.unanswered ?? [])]);
  return {
    ...b,
    matchCount: a.matchCount + b.matchCount,
    documentCount: a.documentCount + b.documentCount,
    degraded: [...degraded.values()],
    ...(unanswered.size > 0 ? { unanswered: [...unanswered] } : {}),
  };
}
