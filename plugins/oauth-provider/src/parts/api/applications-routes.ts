import type { PluginRouter, RouteReply } from '@sextant/sdk';
import { personOf } from '../../engine/asking.js';
import { signInUrl } from '../../engine/sign-in-url.js';
import { applicationsPage } from '../../pages/applications-page.js';
import { renderPage } from '../../pages/page.js';
import { PATHS } from '../../paths.js';
import { type ApiDeps, storesOf } from '../../wiring.js';
import { applicationNumber } from './nodes.js';

const SHOWN = 100;
const MAX_BODY = 4 * 1024;

/** The page on which a person sees what they have let programs do, and ends it. */
export function mountApplications(router: PluginRouter, d: ApiDeps): void {
  const { clients, grants } = storesOf(d);
  const here = (): string => new URL(d.process.externalUrl).pathname.replace(/\/$/, '') + PATHS.applications;
  const signIn = (): RouteReply => ({ status: 303, headers: { location: signInUrl(d, PATHS.applications) } });

  router.get(
    PATHS.applications,
    async ({ actor }) => {
      const person = personOf(actor);
      if (!person) return signIn();
      const found = await grants.ofUser(person.userId, { limit: SHOWN + 1, beforeNumber: undefined });
      const shown = found.slice(0, SHOWN).map(async (one) => ({ ...one, name: (await clients.find(one.clientId))?.name ?? one.clientId }));
      const { html, policy } = renderPage(applicationsPage(await Promise.all(shown), found.length > SHOWN));
      return { headers: { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': policy }, body: html };
    },
    { auth: 'public' },
  );

  router.post(
    PATHS.applications,
    async (request) => {
      const person = personOf(request.actor);
      if (!person) return signIn();
      const number = applicationNumber(new URLSearchParams((await request.bytes()).toString()).get('revoke') ?? undefined);
      const found = number === undefined ? undefined : await grants.find(number);
      if (found?.userId === person.userId) {
        const fields = { clientID: found.clientId, subjectUID: String(person.userId) };
        await grants.revoke(found.number, (tx) => d.audit.record('oauth.grant', 'revoked', { actor: request.actor }, fields, { tx }));
      }
      return { status: 303, headers: { location: here() } };
    },
    { auth: 'public', maxBody: MAX_BODY },
  );
}
