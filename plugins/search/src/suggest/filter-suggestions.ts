import type { Provided } from '../answer/provided.js';
import type { PatternType } from '../query/ast.js';
import { FIELDS, type Field } from '../query/fields.js';
import type { Token } from '../query/lexer.js';
import { predicateNames } from '../query/predicates.js';
import { SELECTS } from '../query/select.js';
import type { Candidate } from './candidate.js';
import type { CursorTarget } from './cursor-target.js';
import { FIT, type Fit, nameRanker, typedText } from './name-ranker.js';

type Word = Extract<CursorTarget, { kind: 'word' }>;

/** Shorter text is found in the middle of too many names. */
const MIN_PART = 3;

/** The names of filters that may stand at the cursor. */
export function filterNames(word: Word, tokens: readonly Token[], patternType: PatternType): readonly Candidate[] {
  if (word.filters === 'no') return [];
  const ranker = nameRanker(typedText(word.typed));
  return FIELDS.flatMap((field, index): readonly Candidate[] => {
    if (word.negated && !field.negatable) return [];
    if (field.name === 'rule' && patternType !== 'structural') return [];
    if (isTaken(field, tokens, word)) return [];
    const fits = [field.name, ...field.aliases]
      .map(ranker)
      .filter((fit) => fit !== undefined && (fit < FIT.word || word.typed.length >= MIN_PART));
    if (fits.length === 0) return [];
    const insertText = `${word.sign}${field.name}:`;
    return [
      { kind: 'filter', label: insertText, detail: field.title, insertText, fit: Math.min(...(fits as Fit[])) as Fit, weight: -index },
    ];
  });
}

/** A filter that may stand once, and does. */
function isTaken({ name, once }: Field, tokens: readonly Token[], { token }: Word): boolean {
  if (once === undefined) return false;
  if (once === 'alternative' && tokens.some((other) => other.kind === 'operator' && other.operator === 'or')) return false;
  return tokens.some(
    (other) => other.kind === 'filter' && other.field.name === name && (other.end <= token.start || other.start >= token.end),
  );
}

/** Values of filters that can be listed without looking at repositories. */
const VALUES: Partial<Readonly<Record<Field['name'], readonly string[]>>> = {
  select: SELECTS.filter((value) => value !== 'file.owners'),
  count: ['100', '1000', 'all'],
  timeout: ['10s', '30s', '1m'],
  context: ['global'],
  before: ['yesterday', '1 week ago', '1 month ago', '1 year ago'],
  after: ['yesterday', '1 week ago', '1 month ago', '1 year ago'],
  repohascommitafter: ['yesterday', '1 week ago', '1 month ago', '1 year ago'],
};

/** Predicates that nothing answers yet, and other names of those that are here. */
const UNLISTED = /^(?:contains|has\.(?:tag|key|owner|contributor)$|has$)/;

/** @param write a value as it stands behind the filter's colon */
export function fixedValues(
  field: Field,
  typed: string,
  negated: boolean,
  provided: Provided,
  write: (value: string) => string,
): readonly Candidate[] {
  const ranker = nameRanker(typedText(typed));
  const ranked = (kind: 'value' | 'predicate', names: readonly string[], text: (name: string) => string): readonly Candidate[] =>
    names.flatMap((label, index) => {
      // Before anything is typed, what is there comes before what may be asked of it.
      const fit = kind === 'predicate' && typed === '' ? FIT.part : ranker(label);
      const short = typed !== '' && typed.length < MIN_PART;
      return fit === undefined || (short && fit === FIT.part) ? [] : [{ kind, label, insertText: text(label), fit, weight: -index }];
    });
  const more = field.name === 'repo' || field.name === 'file' ? provided.names(field.name) : [];
  const own = predicateNames(field.name).filter((name) => !UNLISTED.test(name) && !(negated && name === 'has.description'));
  const predicates = [...own, ...more];
  const values = [...(field.values ?? VALUES[field.name] ?? []), ...(field.name === 'type' ? provided.names('type') : [])];
  return [...ranked('value', values, write), ...ranked('predicate', predicates, (name) => `${name}(`)];
}
