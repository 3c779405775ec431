import type { PluginRouter, RouteReply } from '@sextant/sdk';
import type { FormBody } from '../../pages/form-body.js';
import { type Html, html } from '../../pages/html.js';
import { field, pageReply } from '../../pages/page.js';
import type { SignIn } from '../../wiring.js';
import { unavailable } from './builtin-way.js';
import { formRoute, sentence } from './form-route.js';

/** `/request-access`: who has no account asks the site admins for one. */
export function requestAccessRoutes(router: PluginRouter, signIn: () => SignIn): void {
  router.get('/request-access', () => requestPage(signIn(), {}), { auth: 'public' });
  router.post(
    '/-/request-access',
    formRoute(
      async (form, { remoteAddress }) => {
        const additionalInfo = form.text('additionalInfo');
        const person = { name: form.required('name', 'name'), email: form.required('email', 'email address') };
        await signIn().deps.accessRequests.request({ ...person, ...(additionalInfo === '' ? {} : { additionalInfo }) }, remoteAddress);
        const note = 'The site admins have your request. They write to you when they have decided.';
        return form.json ? { body: { note } } : pageReply({ title: 'Thank you', note, body: html`` });
      },
      async (form, error) => requestPage(signIn(), { form, error: sentence(error) }),
    ),
    { auth: 'public', maxBody: 16_384 },
  );
}

/** Where the site takes requests. */
export const requestLink = async ({ prefix, deps: { accessRequests } }: SignIn): Promise<Html | undefined> =>
  (await accessRequests.enabled()) ? html`<p class="hint"><a href="${prefix}/request-access">Request access</a></p>` : undefined;

async function requestPage(
  { prefix, deps: { accessRequests } }: SignIn,
  { form, error }: { readonly form?: FormBody; readonly error?: string },
): Promise<RouteReply> {
  if (!(await accessRequests.enabled())) throw unavailable('The site takes no requests for access.');
  return pageReply({
    title: 'Request access to Sextant',
    error,
    body: html`<form method="post" action="${prefix}/-/request-access">
${field({ name: 'name', label: 'Name', autocomplete: 'name', value: form?.text('name'), focus: true })}
${field({ name: 'email', label: 'Email', type: 'email', autocomplete: 'email', value: form?.text('email') })}
${field({ name: 'additionalInfo', label: 'What for', autocomplete: 'off', value: form?.text('additionalInfo'), optional: true })}
<button class="main">Request access</button>
</form>
<p class="hint"><a href="${prefix}/sign-in">Sign in</a></p>`,
  });
}
