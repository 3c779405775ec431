import type { Repositories, Repository, Visibility, VisibilityService } from '@sextant/plugin-code-host/api';
import { type Actor, IdSet } from '@sextant/sdk';

/** Repositories behind a wall that a test writes and changes. */
export class FakeWall {
  readonly known: Repository[] = [];
  readonly metadata = new Map<number, readonly { readonly key: string; readonly value: string | null }[]>();
  /** Actor id → what it may see. Site admins see everything. */
  readonly granted = new Map<string, Set<number>>();
  /** Repository id → paths that nobody but admins may read. */
  readonly hiddenPaths = new Map<number, ReadonlySet<string>>();
  limited: string | undefined;
  /** For mutation runs: every question of these kinds is answered as if there were no wall. */
  readonly holes = new Set<'visibility' | 'repositories'>();
  #epoch = 1;

  /** From now on the actor may see only these. */
  grant(actor: Actor, ids: Iterable<number>): void {
    this.granted.set(actor.id, new Set(ids));
    this.#epoch++;
  }

  may(actor: Actor, id: number, path?: string): boolean {
    if (actor.siteAdmin) return true;
    return (this.granted.get(actor.id)?.has(id) ?? false) && !(path !== undefined && this.hiddenPaths.get(id)?.has(path));
  }

  readonly visibility: VisibilityService = {
    of: async (actor) => {
      const open = this.holes.has('visibility');
      const visible = this.known.map((r) => r.id).filter((id) => this.may(actor, id));
      const paths = [...this.hiddenPaths.keys()].map((id) => [id, { allows: (path: string) => this.may(actor, id, path) }] as const);
      return {
        epoch: `${this.#epoch}`,
        unrestricted: actor.siteAdmin,
        repos: IdSet.of(visible),
        paths: new Map(paths),
        limited: this.limited,
        // As the real one: an answer of one moment.
        canSee: (
          (seen) => (id: number, path?: string) =>
            open || (seen.has(id) && (actor.siteAdmin || !(path !== undefined && this.hiddenPaths.get(id)?.has(path))))
        )(new Set(actor.siteAdmin ? this.known.map((r) => r.id) : visible)),
        sql: () => ({ text: 'true', parameters: [] }),
      } satisfies Visibility;
    },
    epoch: async (actor) => `${this.#epoch}.${actor.id}`,
  };

  readonly repositories: Repositories = {
    byName: async (actor, name) => this.#visible(actor).find((r) => r.name === name),
    byId: async (actor, id) => this.#visible(actor).find((r) => r.id === id),
    byIds: async (actor, ids) => new Map(this.#visible(actor).flatMap((r) => (ids.includes(r.id) ? [[r.id, r]] : []))),
    list: async (actor, { names }, { limit, afterId = 0 }) =>
      this.#visible(actor)
        .filter((r) => r.id > afterId && (names?.includes(r.name) ?? true))
        .slice(0, limit),
    count: async (actor) => this.#visible(actor).length,
    metadata: async (actor, ids) =>
      new Map(this.#visible(actor).flatMap((r) => (ids.includes(r.id) ? [[r.id, this.metadata.get(r.id) ?? []]] : []))),
  };

  #visible(actor: Actor): readonly Repository[] {
    return this.holes.has('repositories') ? this.known : this.known.filter((r) => this.may(actor, r.id));
  }
}
