import { SextantError } from '@sextant/sdk';
import './http-errors.js';

/** For a path that no route has; that of the start page is asked for by who looks whether something is there. */
export const notFound = (path: string | undefined): SextantError =>
  path === '/'
    ? new SextantError('SEXTANT_HTTP_NOT_FOUND', {
        what: 'Sextant runs here, and no active plugin shows pages.',
        fix: 'Ask the API at /.api/graphql, or search with `sextant search` or `src`.',
      })
    : new SextantError('SEXTANT_HTTP_NOT_FOUND', {
        what: 'No route has this path.',
        fix: 'Check the path, and that the plugin that owns it is active.',
      });
