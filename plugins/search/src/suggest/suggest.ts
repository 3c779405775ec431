import { SextantError } from '@sextant/sdk';
import { Provided } from '../answer/provided.js';
import type { SearchServices } from '../answer/search-services.js';
import { Tally } from '../answer/tally.js';
import { Viewer } from '../answer/viewer.js';
import type { Suggestions, SuggestRequest } from '../api.js';
import type { PatternType, Span } from '../query/ast.js';
import { filterNode } from '../query/exact-filter.js';
import { fieldOf } from '../query/fields.js';
import { tokenize } from '../query/lexer.js';
import { MAX_LENGTH, patternTypeOf } from '../query/parse-query.js';
import { bestOf, type Candidate } from './candidate.js';
import { type CursorTarget, cursorTarget } from './cursor-target.js';
import { fileSuggestions, symbolSuggestions } from './document-suggestions.js';
import { filterNames, fixedValues } from './filter-suggestions.js';
import { languageSuggestions } from './language-suggestions.js';
import { nameRanker, typedPattern, typedText } from './name-ranker.js';
import { repositorySuggestions } from './repository-suggestions.js';
import { revisionSuggestions } from './revision-suggestions.js';
import { ScopedRepositories } from './scoped-repositories.js';
import { type SuggestionRun, writtenValue } from './suggestion-run.js';
import { suggestionScopes } from './suggestion-scope.js';

const DEFAULT_FIRST = 20;
const MAX_FIRST = 50;
/** One letter is in most names: files and symbols are not looked for by it. */
const MIN_WORD = 2;

export type SuggestServices = Pick<
  SearchServices,
  'engine' | 'git' | 'repositories' | 'visibility' | 'catalog' | 'clock' | 'log' | 'settings' | 'predicates' | 'resultSources'
>;

/** What may stand at the cursor of a query, as far as the asker may see it. @throws SEXTANT_SEARCH_ARGUMENT */
export async function suggest(services: SuggestServices, request: SuggestRequest): Promise<Suggestions> {
  const { visibility, clock, catalog } = services;
  const { actor, query: text } = request;
  check(request);
  const tally = new Tally(() => clock.monotonic(), clock.now());
  const viewer = await Viewer.of(visibility, actor);
  const patternType = patternTypeOf(text, request.patternType ?? 'standard');
  const target = cursorTarget(text, wholeCharacter(text, request.position), patternType);
  if (viewer.limited !== undefined) tally.leaveOut('permission-limited', viewer.limited.replace(/\.$/, ''));
  if (!target) return { suggestions: [], verdict: tally.verdict() };
  const visible = await catalog.of(actor);
  const first = Math.min(Math.max(request.first ?? DEFAULT_FIRST, 1), MAX_FIRST);
  const { suggestTimeout } = services.settings();
  const due = clock.monotonic() + suggestTimeout;
  const provided = new Provided(services.predicates, services.resultSources);
  const base = {
    ...services,
    provided,
    signal: request.signal,
    look: () => viewer.look(),
    sees: viewer.sees,
    seesWhole: (id: number) => viewer.seesWhole(id),
    tally,
    timeLeft: () => due - clock.monotonic(),
  };
  const deadline = AbortSignal.any([request.signal, AbortSignal.timeout(suggestTimeout)]);
  const scoped = new ScopedRepositories(visible, actor, services.repositories, { ...base, deadline });
  const run: SuggestionRun = {
    ...base,
    patternType,
    first,
    scopes: suggestionScopes(text, target.token, patternType, clock.now()),
    deadline,
    resolve: (scope, o) => scoped.of(scope, o),
  };
  const candidates = await candidatesFor(target, run, text);
  await viewer.look();
  const seen = candidates.filter(({ of }) => of === undefined || viewer.sees(of.repositoryId, of.path));
  const { range } = target;
  const suggestions = bestOf(seen, first).map((candidate) => ({
    kind: candidate.kind,
    label: candidate.label,
    ...(candidate.detail === undefined ? {} : { detail: candidate.detail }),
    insertText: separated(candidate, text, range, patternType),
    range,
  }));
  return { suggestions, verdict: tally.verdict(viewer.sees) };
}

async function candidatesFor(target: CursorTarget, run: SuggestionRun, text: string): Promise<readonly Candidate[]> {
  const { typed } = target;
  switch (target.kind) {
    case 'revision':
      return [
        ...(target.first && target.repository === undefined
          ? fixedValues(fieldOf('rev'), typed, false, run.provided, (value) => value)
          : []),
        ...(await revisionSuggestions(run, typed, target.repository)),
      ];
    case 'word': {
      const tokens = tokenize(text, run.patternType);
      const filters = filterNames(target, tokens, run.patternType);
      if (target.filters === 'only') return filters;
      const literal = typedText(typed);
      const ranker = nameRanker(literal);
      const types = tokens.some((token) => token.kind === 'filter' && token.field.name === 'type');
      const found = await Promise.all([
        repositorySuggestions(run, ranker, 'filter'),
        ...(typed.length < MIN_WORD
          ? []
          : [fileSuggestions(run, literal, ranker, 'filters'), symbolSuggestions(run, literal, ranker, types)]),
      ]);
      return [...filters, ...found.flat()];
    }
    case 'value': {
      const { field, negated } = target;
      const write = (value: string): string => writtenValue(run, filterNode(field.name, value));
      const fixed = fixedValues(field, typed, negated, run.provided, write);
      const pattern = typedPattern(typed);
      switch (field.name) {
        case 'repo':
          return [...fixed, ...(await repositorySuggestions(run, nameRanker(pattern), 'value'))];
        case 'file':
        case 'repohasfile':
          return [...fixed, ...(await fileSuggestions(run, pattern, nameRanker(pattern), 'value'))];
        case 'lang':
          return languageSuggestions(run, typed);
        default:
          return fixed;
      }
    }
  }
}

/** With a blank where what follows would else be read as a part of it; a filter's name takes what follows for its value. */
function separated({ kind, insertText }: Candidate, text: string, { start, end }: Span, patternType: PatternType): string {
  const next = text[end];
  if (kind === 'filter' || kind === 'predicate' || next === undefined || /\s/.test(next)) return insertText;
  if ((kind === 'revision' && next === ':') || (kind === 'repository' && next === '@')) return insertText;
  const put = text.slice(0, start) + insertText + text.slice(end);
  const ends = tokenize(put, patternType).some((token) => token.end === start + insertText.length);
  return ends ? insertText : `${insertText} `;
}

/** Not between the halves of one. */
const wholeCharacter = (text: string, position: number): number =>
  position > 0 && /^[\udc00-\udfff]/.test(text.slice(position)) && /[\ud800-\udbff]$/.test(text.slice(0, position))
    ? position - 1
    : position;

function check({ query, position, first }: SuggestRequest): void {
  const wrong = (what: string, why: string): SextantError => new SextantError('SEXTANT_SEARCH_ARGUMENT', { what, why, fix: 'Correct it.' });
  if (query.length > MAX_LENGTH) throw wrong('The query is too long.', `It may have ${MAX_LENGTH} characters.`);
  if (!Number.isInteger(position) || position < 0 || position > query.length)
    throw wrong(`The position is ${position}.`, `It counts UTF-16 units of the query, from 0 to ${query.length}.`);
  if (first !== undefined && !Number.isInteger(first)) throw wrong(`first is ${first}.`, 'It must be a whole number.');
}
