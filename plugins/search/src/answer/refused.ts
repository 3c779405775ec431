import type { SearchAlert } from '../api.js';
import type { QueryError } from '../query/ast.js';
import { nearest } from '../query/edit-distance.js';
import { fieldOf } from '../query/fields.js';
import type { ProviderNeed, SearchPlan } from '../query/plan.js';
import { predicateNames } from '../query/predicates.js';
import { replacing } from '../query/query-errors.js';
import { MAX_ERRORS } from '../query/query-parser.js';
import type { Provided } from './provided.js';
import { alertOf, noProvider, structuralIsOff } from './query-alerts.js';

/** Why a query that can be read is not answered: for its asker, and in the words of a verdict. */
export interface Refusal {
  readonly alert: SearchAlert;
  readonly words: string;
}

/** @param o what there is beside the search itself */
export function refused(plan: SearchPlan, o: { readonly provided: Provided; readonly structural: boolean }): Refusal | undefined {
  const errors: QueryError[] = [];
  const needs: ProviderNeed[] = [];
  for (const need of plan.providers) {
    if (errors.length >= MAX_ERRORS) break;
    const { named, provider } = need;
    const predicate = named && named.on !== 'type' ? o.provided.predicate(named.on, named.name) : undefined;
    if (predicate) {
      const message = predicate.problem?.(named?.argument ?? '');
      if (message !== undefined) errors.push({ message: `${predicate.name}: ${message}`, start: need.start, end: need.end });
    } else if (named && (provider === 'predicates' || provider === 'result-sources')) {
      if (named.on !== 'type' || !o.provided.source(named.name)) errors.push(unknown(plan.query.text, need.end, named, o.provided));
    } else needs.push(need);
  }
  if (errors.length > 0) return { alert: alertOf(errors), words: 'The query could not be understood, so nothing was searched' };
  if (needs.length > 0) {
    const words = `No plugin answers ${needs.map(({ text }) => text).join(', ')}, so nothing was searched`;
    return { alert: noProvider(needs, plan.query), words };
  }
  if (plan.alternatives.some(({ structural }) => structural) && !o.structural)
    return { alert: structuralIsOff, words: 'Structural search is switched off, so nothing was searched' };
  return undefined;
}

/** A name that neither the search nor a plugin knows. @param filterEnd of the filter that it stands in */
function unknown(text: string, filterEnd: number, named: NonNullable<ProviderNeed['named']>, provided: Provided): QueryError {
  const { on, name, start, end } = named;
  const own = on === 'type' ? (fieldOf('type').values ?? []) : predicateNames(on);
  const known = [...own, ...provided.names(on).filter((other) => !own.includes(other))];
  const meant = nearest(name, known);
  const message =
    on === 'type'
      ? `type: takes ${known.join(', ')}; not "${name}".`
      : `${on}: has no predicate "${name}", and no plugin provides it. It has ${known.join(', ')}.`;
  const fix =
    meant === undefined ? undefined : replacing(text, { start, end: filterEnd }, meant + text.slice(end, filterEnd), `Use ${meant}`);
  return { message, start, end, ...(fix ? { fix } : {}) };
}
