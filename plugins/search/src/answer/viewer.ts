import type { Visibility, VisibilityService } from '@sextant/plugin-code-host/api';
import type { Actor } from '@sextant/sdk';
import type { SearchMatch } from '../api.js';

/** False where rules hide paths of the repository, or all of it: then its numbers of files and bytes tell of what is hidden. */
export const seesWhole = (visibility: Visibility, repositoryId: number): boolean =>
  visibility.unrestricted || (visibility.canSee(repositoryId) && !visibility.paths?.has(repositoryId));

/** What the asker of one search may see, now: asked of the wall again before anything more is said. */
export class Viewer {
  #moved = false;

  private constructor(
    private readonly wall: VisibilityService,
    private readonly actor: Actor,
    private visibility: Visibility,
    private epoch: string,
  ) {}

  static async of(wall: VisibilityService, actor: Actor): Promise<Viewer> {
    // The epoch first: a change between the two is seen at the next look.
    const epoch = await wall.epoch(actor);
    return new Viewer(wall, actor, await wall.of(actor), epoch);
  }

  /** Takes in what has changed since. A grant that was taken away must not leak what is still to come. */
  async look(): Promise<void> {
    for (;;) {
      const known = this.epoch;
      const epoch = await this.wall.epoch(this.actor);
      if (epoch === this.epoch) return;
      const visibility = await this.wall.of(this.actor);
      // Several look at once: none may go by the epoch that another has seen before what may be seen is known, nor put back what is older.
      if (this.epoch !== known) continue;
      this.epoch = epoch;
      this.visibility = visibility;
      this.#moved = true;
      return;
    }
  }

  get unrestricted(): boolean {
    return this.visibility.unrestricted;
  }

  /** In words, when the wall shows less than there may be. */
  get limited(): string | undefined {
    return this.visibility.limited;
  }

  readonly sees = (repositoryId: number, path?: string): boolean => this.visibility.canSee(repositoryId, path);

  /** As {@link seesWhole}. */
  seesWhole(repositoryId: number): boolean {
    return seesWhole(this.visibility, repositoryId);
  }

  /** May anything be told that was counted over files of the repository? What was counted before rules came holds what they hide. */
  maySeeCounts(repositoryId: number): boolean {
    return this.#moved ? this.seesWhole(repositoryId) : this.sees(repositoryId);
  }

  maySee(match: SearchMatch): boolean {
    const { id } = match.repository;
    if ('path' in match) return this.sees(id, match.path);
    // The files of a diff were judged when it was read, by the rules of that moment.
    return match.type === 'commit' && match.diff !== undefined ? this.maySeeCounts(id) : this.sees(id);
  }
}
