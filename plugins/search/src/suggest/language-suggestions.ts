import { filterNode } from '../query/exact-filter.js';
import { languageNames, languagesNamed } from '../query/languages/languages.js';
import type { Candidate } from './candidate.js';
import { languagesPresent } from './document-suggestions.js';
import { FIT, type Fit, nameRanker, typedText } from './name-ranker.js';
import { type SuggestionRun, writtenValue } from './suggestion-run.js';

/** Languages that files in scope are of, by name or alias. */
export async function languageSuggestions(run: SuggestionRun, typed: string): Promise<readonly Candidate[]> {
  const ranker = nameRanker(typedText(typed));
  const fits = new Map<string, Fit>();
  for (const name of languageNames()) {
    const fit = ranker(name);
    const language = fit === undefined ? undefined : languagesNamed(name)?.[0];
    if (fit !== undefined && language !== undefined) fits.set(language, Math.min(fit, fits.get(language) ?? fit) as Fit);
  }
  if (fits.size === 0) return [];
  const present = await languagesPresent(run, [...fits.keys()]);
  return [...present].map(
    ([label, of]): Candidate => ({
      kind: 'language',
      label,
      insertText: writtenValue(run, filterNode('lang', label)),
      fit: fits.get(label) ?? FIT.part,
      weight: 0,
      of,
    }),
  );
}
