import type { Repositories } from '@sextant/plugin-code-host/api';
import type { Finding } from '@sextant/plugin-site/api';
import type { Actor } from '@sextant/sdk';

/** Of what is damaged, what the asker sees, with its name; of the rest, that there is some. What is damaged of a repository that is gone is removed with it. */
export async function seenOf<T>(
  repositories: Pick<Repositories, 'byIds'>,
  actor: Actor,
  damaged: readonly T[],
  idOf: (one: T) => number,
): Promise<{ readonly seen: readonly (T & { readonly name: string })[]; readonly hidden: readonly Finding[] }> {
  const named = await repositories.byIds(actor, damaged.map(idOf));
  const seen = damaged.flatMap((one) => {
    const name = named.get(idOf(one))?.name;
    return name === undefined ? [] : [{ ...one, name }];
  });
  const hidden: Finding = {
    level: 'error',
    what: 'Parts of the index of repositories that you do not see are damaged.',
    fix: 'Let somebody look who sees them.',
  };
  return { seen, hidden: seen.length < damaged.length ? [hidden] : [] };
}
