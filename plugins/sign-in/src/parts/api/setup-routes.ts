import { isIP } from 'node:net';
import { type PluginRouter, type RouteReply, type RouteRequest, SextantError } from '@sextant/sdk';
import { BUILTIN } from '../../builtin-provider.js';
import type { FormBody } from '../../pages/form-body.js';
import { dataBlock, html } from '../../pages/html.js';
import { field, pageReply } from '../../pages/page.js';
import { requester } from '../../requester.js';
import type { SignIn } from '../../wiring.js';
import { builtinWay } from './builtin-way.js';
import { enter } from './enter.js';
import { formRoute, sentence } from './form-route.js';
import { wayLink } from './way-link.js';

/** `POST /-/site-init`: the first site admin. */
export function setupRoutes(router: PluginRouter, signIn: () => SignIn): void {
  router.post(
    '/-/site-init',
    formRoute(
      async (form, request) => {
        const s = signIn();
        await s.throttle('site-init', request);
        const token = form.text('token');
        const way = await builtinWay(s);
        const user = await s.setup.make(
          {
            username: form.required('username', 'user name'),
            email: form.text('email'),
            password: form.secret('password', 'password'),
          },
          token === '' && (await isAtTheMachine(s, request)) ? undefined : token,
          requester(request),
        );
        if (form.text('email') !== '') await s.passwords.mailVerification(user, form.text('email'));
        return enter(s, request, { user, way: way.id, returnTo: `${s.prefix}/`, json: form.json });
      },
      async (form, error) => {
        const s = signIn();
        const token = form.text('token');
        if ((await s.setup.needed()) || (await s.setup.knows(token))) return setupForm(s, { form, token, error });
        throw error;
      },
    ),
    { auth: 'public', maxBody: 16_384 },
  );
}

export async function setupForm(
  s: SignIn,
  {
    form,
    token,
    error,
    returnTo = `${s.prefix}/`,
  }: { readonly form?: FormBody; readonly token: string; readonly error?: SextantError; readonly returnTo?: string },
): Promise<RouteReply> {
  const { ways, configuration } = await s.settings.current();
  const least = configuration['auth.minPasswordLength'];
  const links = ways.filter((way) => way.provider.redirect && !way.hidden && !way.noSignIn).map((way) => wayLink(s, way, returnTo));
  if (!ways.some(({ provider, noSignIn }) => provider.type === BUILTIN && !noSignIn))
    return pageReply({
      title: 'Set up Sextant',
      body: html`<p>The link is good, and of no use yet: nobody signs in by a password here. Either sign in at a provider, and let whoever runs Sextant make you a site admin:
<code>sextant user promote NAME</code>. Or have <code>{"type": "builtin"}</code> added to <code>auth.providers</code>, for which <code>sextant token create</code> makes a token, and open the link again.</p>
${links}`,
    });
  return pageReply({
    title: 'Set up Sextant',
    error: error && sentence(error),
    body: html`<p>Make a site admin. Whoever runs Sextant prints the set-up token with <code>sextant setup-link</code>.</p>
<form method="post" action="${s.prefix}/-/site-init">
${field({ name: 'token', label: 'Set-up token', autocomplete: 'off', value: token, optional: true, hint: 'Not needed on the machine itself, for the account that runs Sextant.', focus: token === '' })}
${field({ name: 'email', label: 'Email', type: 'email', autocomplete: 'email', value: form?.text('email') })}
${field({ name: 'username', label: 'User name', autocomplete: 'username', value: form?.text('username') })}
${field({ name: 'password', label: 'Password', type: 'password', autocomplete: 'new-password', hint: `At least ${least} characters.` })}
<button class="main">Create the site admin</button>
</form>
${links}
${dataBlock({ needsSiteInit: true })}`,
  });
}

/**
 * The account that runs Sextant sends it, with no proxy between, and none is to be expected: many say nothing of whom they pass on. And no page of another name,
 * which a name server may have pointed at this machine, asked for it.
 */
async function isAtTheMachine({ deps: { process } }: SignIn, request: RouteRequest): Promise<boolean> {
  const { hostname } = new URL(process.externalUrl);
  if (process.trustsProxy || !isLoopbackName(hostname)) return false;
  const host = (request.headers['host'] ?? '').replace(/:\d+$/, '').toLowerCase();
  return isLoopbackName(host) && (await request.peerAccount()) === 'owner';
}

const isLoopbackName = (name: string): boolean => name === 'localhost' || isLoopback(name.replace(/^\[|\]$/g, ''));
const isLoopback = (address: string): boolean => address === '::1' || (isIP(address) === 4 && address.startsWith('127.'));
