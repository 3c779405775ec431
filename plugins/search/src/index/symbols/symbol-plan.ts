import type { Contribution, HealthProbe, Logger } from '@sextant/sdk';
import type { CtagsProgram } from './ctags/ctags-program.js';
import { findCtags } from './ctags/find-ctags.js';
import type { SymbolModule, SymbolSources } from './symbol-sources.js';

/** By ctags' names: of what its parsers lose, the own scanners find more than the other way round. */
const BETTER_BY_OWN_SCANNERS: ReadonlySet<string> = new Set(['JavaScript', 'TypeScript']);

export interface SymbolPlanOptions {
  readonly wanted: 'auto' | 'builtin' | 'ctags';
  /** Where ctags may make temporary files. */
  readonly temporaryFolder: string;
  /** The live list. */
  readonly extractors: readonly Contribution<SymbolModule>[];
  readonly log: Logger;
}

/** Decides where definitions come from in this process, and says it once. */
export class SymbolPlan {
  #found: Promise<CtagsProgram | string> | undefined;
  #missing: string | undefined;

  constructor(private readonly options: SymbolPlanOptions) {}

  /** As it stands now: plugins that bring extractors come and go. */
  async sources(): Promise<SymbolSources> {
    const found = await (this.#found ??= this.#find());
    return { modules: this.#modules(), ...(typeof found === 'string' ? {} : { ctags: this.#within(found) }) };
  }

  /** Degraded when ctags is wanted and is not there. */
  health(): HealthProbe {
    return this.options.wanted === 'ctags' && this.#missing !== undefined
      ? { status: 'degraded', reason: `Symbols are read by the own scanners: ${this.#missing}.` }
      : { status: 'up' };
  }

  async #find(): Promise<CtagsProgram | string> {
    const { wanted, temporaryFolder, log } = this.options;
    if (wanted === 'builtin') return 'the configuration says so';
    const found = await findCtags(temporaryFolder);
    if (typeof found === 'string') {
      this.#missing = found;
      if (wanted === 'ctags') log.warn('symbols are read by the own scanners', { reason: found });
      else log.info('symbols are read by the own scanners', { reason: found });
    } else log.info('symbols are read by ctags', { path: found.path, version: found.version, sandboxed: found.sandboxed });
    return found;
  }

  /** Unless ctags is asked for by name, it reads what it reads better. */
  #within(found: CtagsProgram): CtagsProgram {
    if (this.options.wanted === 'ctags') return found;
    return { ...found, languages: found.languages.filter((language) => !BETTER_BY_OWN_SCANNERS.has(language)) };
  }

  #modules(): readonly SymbolModule[] {
    const modules: SymbolModule[] = [];
    // A copy: refusing one takes it out of the live list.
    for (const { value, reject } of [...this.options.extractors]) {
      const problem = moduleProblem(value);
      if (problem) reject(problem);
      else modules.push(value);
    }
    return modules;
  }
}

function moduleProblem(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null) return 'a symbol extractor is an object with id, languages, module and version';
  const { id, languages, module, version } = value as Readonly<Record<keyof SymbolModule, unknown>>;
  if (typeof id !== 'string' || id === '') return 'a symbol extractor needs an id';
  if (!Array.isArray(languages) || !languages.every((language) => typeof language === 'string'))
    return `the languages of the symbol extractor "${id}" are not a list of texts`;
  if (typeof module !== 'string' || !module.startsWith('file:'))
    return `the module of the symbol extractor "${id}" is not a file: URL, such as import.meta.resolve('./my-symbols.js')`;
  if (!Number.isInteger(version)) return `the version of the symbol extractor "${id}" is not a whole number`;
  return undefined;
}
