import { RepoName, type RouteHandler, SextantError } from '@sextant/sdk';
import { mirrorsOf } from '../../schedule/mirrors-of.js';
import type { Api } from './wiring.js';

/** `POST /.api/repos/<name>/-/refresh`: fetches a repository soon. */
export const refreshRoute =
  (d: Api): RouteHandler =>
  async ({ params, actor }) => {
    const name = RepoName.parse(params['name'] ?? '');
    const repository = await d.repositories.byName(actor, name);
    if (!repository)
      throw new SextantError('SEXTANT_GIT_REPOSITORY_NOT_FOUND', { what: 'There is no such repository.', fix: 'Check the name.' });
    await mirrorsOf(d).refresh(repository.id, 'manual');
    return { status: 202, body: { queued: true } };
  };
