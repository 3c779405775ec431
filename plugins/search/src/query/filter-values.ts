import { parseRegex } from '../regex/parse-regex.js';
import type { FilterNode, Predicate, QueryError, TextMatch } from './ast.js';
import { parseTime } from './dates.js';
import { parseGoDuration } from './duration.js';
import { nearest } from './edit-distance.js';
import { fieldOf } from './fields.js';
import { languageNames, languagesNamed } from './languages/languages.js';
import { escapeRegexp } from './pattern-runs.js';
import { quote, replacing } from './query-errors.js';
import { parseRevisions, splitRevisions } from './revisions.js';
import { PLAIN_SELECTS, parseSelect, SELECTS } from './select.js';

/** Any moment serves to tell whether a time is well written. */
const SOME_TIME = new Date(0);

/** As plugins may call results of their own, and the search calls its. */
export const RESULT_TYPE = /^[a-z]+(?:-[a-z]+)*$/i;

/** What is wrong with one filter on its own: its negation, its value, the regexps in it. */
export function checkFilter(text: string, filter: FilterNode): QueryError[] {
  if (filter.negated && !isNegatable(filter)) return [negationError(text, filter)];
  if (filter.predicate !== undefined) return checkPredicate(text, filter, filter.predicate);
  const problem = valueProblem(filter);
  if (problem !== undefined) return [withSuggestion(text, filter, problem)];
  return fieldOf(filter.field).regexp ? checkRegexp(text, filter) : [];
}

export function isNegatable(filter: FilterNode): boolean {
  return fieldOf(filter.field).negatable && filter.predicate?.name !== 'repo.has.description';
}

/** @param filter negated by a `-` or `not` that its span begins with */
export function negationError(text: string, filter: FilterNode): QueryError {
  const what = filter.predicate === undefined ? `${filter.field}:` : `${filter.field}:has.description`;
  const plain = text.slice(filter.start, filter.end).replace(/^(?:-|not\s+-?)/i, '');
  return {
    message: `${what} cannot be negated.`,
    start: filter.start,
    end: filter.end,
    fix: replacing(text, filter, plain, 'Remove the negation'),
  };
}

interface Problem {
  readonly message: string;
  readonly suggestion?: string;
}

function valueProblem(filter: FilterNode): Problem | undefined {
  const { field, value } = filter;
  const { values } = fieldOf(field);
  if (field === 'case') return /^(?:yes|no|y|n|true|false)$/i.test(value) ? undefined : oneOf(field, value, ['yes', 'no']);
  // A plugin may provide it; whether one does is found out when the query is asked.
  if (field === 'type' && RESULT_TYPE.test(value)) return undefined;
  if (values !== undefined) return values.includes(value.toLowerCase()) ? undefined : oneOf(field, value, values);
  switch (field) {
    case 'lang':
      return languagesNamed(value) !== undefined
        ? undefined
        : { message: `No language is called "${value}".`, suggestion: nearest(value, [...languageNames()]) };
    case 'count':
      return value.toLowerCase() === 'all' || /^[1-9]\d{0,8}$/.test(value)
        ? undefined
        : { message: `count: takes a number from 1, or all; not "${value}".`, suggestion: 'all' };
    case 'timeout':
      return (parseGoDuration(value) ?? 0) > 0
        ? undefined
        : {
            message: `timeout: takes a duration such as 10s or 1m30s; not "${value}".`,
            suggestion: /^\d+$/.test(value) && Number(value) > 0 ? `${value}s` : '10s',
          };
    case 'select':
      return parseSelect(value) !== undefined
        ? undefined
        : { message: `select: takes ${PLAIN_SELECTS.join(', ')}; not "${value}".`, suggestion: nearest(value, SELECTS) ?? 'repo' };
    case 'before':
    case 'after':
    case 'repohascommitafter':
      return timeProblem(value);
    case 'rev': {
      const parsed = parseRevisions(value);
      return parsed.ok ? undefined : { message: parsed.message, suggestion: withoutRanges(value) };
    }
    default:
      return undefined;
  }
}

/** git's `a..b`, the commits of b that are not in a, is written `b:^a`. Undefined where that is not what is wrong. */
function withoutRanges(list: string): string | undefined {
  const items = list.split(':').map((item) => item.replace(/^([^^*].*?)\.{2,3}(.+)$/, '$2:^$1'));
  const better = items.join(':');
  return better !== list && parseRevisions(better).ok ? better : undefined;
}

function oneOf(field: string, value: string, values: readonly string[]): Problem {
  return { message: `${field}: takes ${values.join(', ')}; not "${value}".`, suggestion: nearest(value, values) ?? values[0] };
}

function timeProblem(value: string): Problem | undefined {
  if (parseTime(value, SOME_TIME) !== undefined) return undefined;
  return { message: `"${value}" is not a time. Write 2024-01-31, "2 weeks ago" or yesterday.`, suggestion: '1 month ago' };
}

function withSuggestion(text: string, filter: FilterNode, { message, suggestion }: Problem): QueryError {
  const span = { start: filter.valueStart, end: filter.end };
  if (suggestion === undefined) return { message, ...span };
  const written = /[\s"]/.test(suggestion) ? quote(suggestion) : suggestion;
  return { message, ...span, fix: replacing(text, span, written, `Use ${suggestion}`) };
}

function checkRegexp(text: string, filter: FilterNode): QueryError[] {
  const split = filter.field === 'repo' ? splitRevisions(filter.value) : { pattern: filter.value };
  const errors: QueryError[] = [];
  if (split.revisions !== undefined) {
    const parsed = parseRevisions(split.revisions);
    if (!parsed.ok) {
      const at = split.at ?? 0;
      const better = withoutRanges(split.revisions);
      const value = filter.value.slice(0, better === undefined ? at - 1 : at) + (better ?? '');
      const fix = replacing(text, { start: filter.valueStart, end: filter.end }, filter.quoted ? quote(value) : value, `Use ${value}`);
      errors.push({ message: parsed.message, start: filter.valueStart + at, end: filter.end, fix });
    }
  }
  const problem = regexpProblem(split.pattern);
  if (problem === undefined) return errors;
  const shift = filter.valueStart + (filter.quoted ? 1 : 0);
  const better = split.pattern.startsWith('*') ? globToRegexp(split.pattern) : escapeRegexp(split.pattern);
  const value = better + (split.revisions === undefined ? '' : `@${split.revisions}`);
  const span = { start: filter.valueStart, end: filter.end };
  errors.push({
    message: `Invalid regular expression: ${problem.message}`,
    start: Math.min(shift + problem.start, filter.end - 1),
    end: Math.min(shift + problem.end, filter.end),
    fix: replacing(text, span, filter.quoted ? quote(value) : value, `Use ${value}`),
  });
  return errors;
}

/** A pattern that begins with a star was meant as a glob. */
function globToRegexp(glob: string): string {
  return glob.split(/\*+/).map(escapeRegexp).join('.*');
}

function regexpProblem(source: string): { message: string; start: number; end: number } | undefined {
  const parsed = parseRegex(source, { caseSensitive: true });
  return parsed.ok ? undefined : parsed.error;
}

function checkPredicate(text: string, filter: FilterNode, predicate: Predicate): QueryError[] {
  const span = { start: filter.valueStart, end: filter.end };
  if (predicate.name === 'repo.has.commit.after' || predicate.name === 'rev.at.time') {
    const problem = timeProblem(predicate.time);
    if (problem !== undefined) {
      const value = filter.value.replace(predicate.time, problem.suggestion ?? '');
      return [{ message: problem.message, ...span, fix: replacing(text, span, value, `Use ${value}`) }];
    }
  }
  if (predicate.name === 'rev.at.time' && predicate.base !== undefined) {
    const parsed = parseRevisions(predicate.base);
    if (!parsed.ok) return [{ message: parsed.message, ...span }];
  }
  return regexpsOf(predicate).flatMap((source) => {
    const problem = regexpProblem(source);
    if (problem === undefined) return [];
    const at = Math.max(0, filter.value.indexOf(source)) + filter.valueStart;
    const fix = replacing(
      text,
      span,
      filter.value.replace(source, () => escapeRegexp(source)),
      'Search for it as plain text',
    );
    return [{ message: `Invalid regular expression: ${problem.message}`, start: at + problem.start, end: at + problem.end, fix }];
  });
}

function regexpsOf(predicate: Predicate): string[] {
  switch (predicate.name) {
    case 'repo.has.path':
    case 'repo.has.content':
    case 'repo.has.description':
    case 'file.has.content':
      return [predicate.pattern];
    case 'file.provided':
      return predicate.called === 'has.contributor' ? [predicate.argument] : [];
    case 'repo.has.file':
      return [predicate.path, predicate.content].filter((part) => part !== undefined);
    case 'repo.has.meta':
      return [predicate.key, predicate.value].filter((part): part is TextMatch => part?.kind === 'regexp').map((part) => part.value);
    default:
      return [];
  }
}
