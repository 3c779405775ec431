import type { Repositories, Repository, VisibilityService } from '@sextant/plugin-code-host/api';
import type { Actor } from '@sextant/sdk';

const PAGE = 1_000;
const KEPT = 64;
const MAX_AGE = 15_000;

interface Entry {
  readonly epoch: string;
  readonly generation: number;
  readonly at: number;
  readonly list: Promise<readonly Repository[]>;
}

/**
 * The repositories each actor may see, read once and kept for a short while: a search over everything needs them all.
 * An entry is good for one epoch of the wall only.
 */
export class RepositoryCatalog {
  readonly #entries = new Map<string, Entry>();
  #generation = 0;

  constructor(
    private readonly repositories: Repositories,
    private readonly visibility: VisibilityService,
    private readonly now: () => number,
  ) {}

  /** Repositories came, went or changed: what was read is stale. */
  forget(): void {
    this.#generation++;
  }

  /** Everything the actor may see, by name. */
  async of(actor: Actor): Promise<readonly Repository[]> {
    const epoch = await this.visibility.epoch(actor);
    const known = this.#entries.get(actor.id);
    if (known && known.epoch === epoch && known.generation === this.#generation && this.now() - known.at < MAX_AGE) return known.list;
    const list = this.#read(actor);
    this.#entries.delete(actor.id);
    this.#entries.set(actor.id, { epoch, generation: this.#generation, at: this.now(), list });
    list.catch(() => this.#entries.delete(actor.id));
    for (const key of this.#entries.keys()) {
      if (this.#entries.size <= KEPT) break;
      this.#entries.delete(key);
    }
    return list;
  }

  async #read(actor: Actor): Promise<readonly Repository[]> {
    const all: Repository[] = [];
    for (let afterId = 0; ; ) {
      const page = await this.repositories.list(actor, {}, { limit: PAGE, afterId });
      all.push(...page);
      const last = page.at(-1);
      if (!last || page.length < PAGE) break;
      afterId = last.id;
    }
    return all.sort((a, b) => (a.name < b.name ? -1 : 1));
  }
}
