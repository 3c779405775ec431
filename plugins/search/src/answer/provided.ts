import type { Contribution } from '@sextant/sdk';
import type { FilePredicate, RepositoryPredicate, ResultSource, SearchPredicate } from '../api.js';
import { fieldOf } from '../query/fields.js';
import { RESULT_TYPE } from '../query/filter-values.js';
import { PROVIDABLE, predicateNames } from '../query/predicates.js';

/** Of the search's own predicates, those that it leaves to plugins. */
const LEFT_TO_PLUGINS = ['has.owner', 'has.contributor'];

/** What plugins add to the query language at this moment. What cannot be used is refused. */
export class Provided {
  readonly #repositories = new Map<string, RepositoryPredicate>();
  readonly #files = new Map<string, FilePredicate>();
  readonly #sources = new Map<string, ResultSource>();

  constructor(predicates: readonly Contribution<SearchPredicate>[], sources: readonly Contribution<ResultSource>[]) {
    // Copies: refusing one takes it out of the live list.
    for (const { value, reject } of [...predicates]) {
      const written = `${value.on}:${value.name}()`;
      if (!PROVIDABLE.test(value.name)) reject(`the name of the predicate "${value.name}" is not "has." and lower-case words with dots`);
      else if (predicateNames(value.on).includes(value.name) && !LEFT_TO_PLUGINS.includes(value.name))
        reject(`${written} is the search's own`);
      else if (this.predicate(value.on, value.name)) reject(`another plugin provides ${written}`);
      else if (value.on === 'repo') this.#repositories.set(value.name, value);
      else this.#files.set(value.name, value);
    }
    for (const { value, reject } of [...sources]) {
      if (!RESULT_TYPE.test(value.type) || value.type !== value.type.toLowerCase())
        reject(`the type "${value.type}" is not lower-case words with hyphens`);
      else if (fieldOf('type').values?.includes(value.type)) reject(`type:${value.type} is the search's own`);
      else if (this.#sources.has(value.type)) reject(`another plugin provides type:${value.type}`);
      else this.#sources.set(value.type, value);
    }
  }

  predicate(on: 'repo' | 'file', name: string): SearchPredicate | undefined {
    return on === 'repo' ? this.repositoryPredicate(name) : this.filePredicate(name);
  }

  repositoryPredicate(name: string): RepositoryPredicate | undefined {
    return this.#repositories.get(name);
  }

  filePredicate(name: string): FilePredicate | undefined {
    return this.#files.get(name);
  }

  source(type: string): ResultSource | undefined {
    return this.#sources.get(type);
  }

  /** Names of predicates on a field, or of types. */
  names(of: 'repo' | 'file' | 'type'): readonly string[] {
    return [...{ repo: this.#repositories, file: this.#files, type: this.#sources }[of].keys()];
  }
}
