import { type Resolved, type RouteHandler, SextantError } from '@sextant/sdk';
import { securityTxt } from '../../security-txt.js';
import { type ApiContext, type ApiDeps, servicesOf } from './wiring.js';

/** Whom security researchers tell (RFC 9116); not there where the site names nobody. */
export const securityTxtRoute =
  (d: Resolved<ApiDeps>, ctx: ApiContext): RouteHandler =>
  async () => {
    const text = securityTxt(await servicesOf(d, ctx).configurations.effective(), {
      externalUrl: d.process.externalUrl,
      now: d.clock.now(),
    });
    if (text === undefined)
      throw new SextantError('SEXTANT_HTTP_NOT_FOUND', {
        what: 'This site publishes no security contact.',
        fix: 'A site admin can set security.txt in the site configuration.',
      });
    return { headers: { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'public, max-age=3600' }, body: text };
  };
