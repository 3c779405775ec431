import type { Question } from '../matrix.js';
import type { Asker, Row } from '../row.js';
import { fileOf, GHOST, type Target } from '../target.js';
import { GRANTS, grantTo, KEYS, type Key, type World } from './a-world.js';

/** By what each was granted: the truth, without the wall. */
const granted = (asker: Asker, target: Target): boolean =>
  asker.name === 'admin' ||
  ((GRANTS as Readonly<Record<string, readonly string[]>>)[asker.name === 'impersonated' ? 'two' : asker.name] ?? []).includes(target.key);

export const may = (asker: Asker, target: Target): boolean => granted(asker, target) && !(asker.name === 'ruled' && target.of === 'file');

/** The file of a repository that rules hide from some. */
export const closedFile = (target: Target): Target => ({ ...target, of: 'file', file: fileOf(target.key, true) });
/** And one that never was in it. */
const ghostFile = (target: Target): Target => ({ ...target, of: 'file', file: fileOf(GHOST, true) });

/** Whatever is kept for the one who is revoked, is kept from when they could see it. */
async function seenBefore(world: World, row: Row): Promise<void> {
  grantTo(world, 'revoked', ['amber', 'birch']);
  if (!row.spoils) await row.ask(world.askers.revoked, world.repositories.amber);
  grantTo(world, 'revoked', []);
}

/** Everybody about every repository, and everybody who knows amber about its closed file. */
export function questionsOf(world: World, names: readonly AskerName[]): readonly Question[] {
  const repositories = KEYS.map((key: Key) => world.repositories[key]);
  const { amber } = world.repositories;
  return names.flatMap((name): Question[] => {
    const asker = world.askers[name];
    return [
      { asker, targets: repositories, ghost: world.ghost, may, ...(name === 'revoked' ? { before: (row) => seenBefore(world, row) } : {}) },
      ...(granted(asker, amber) ? [{ asker, targets: [closedFile(amber)], ghost: ghostFile(amber), may }] : []),
    ];
  });
}

export type AskerName = keyof World['askers'];

/** Who asks while site admins see all. */
export const EVERYBODY = ['admin', 'one', 'two', 'three', 'ruled', 'revoked', 'none', 'anonymous', 'impersonated'] as const;
