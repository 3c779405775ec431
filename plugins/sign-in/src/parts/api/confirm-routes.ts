import type { User } from '@sextant/plugin-identity/api';
import { type PluginRouter, type RouteReply, type RouteRequest, SextantError } from '@sextant/sdk';
import { localPath } from '../../engine/return-to.js';
import { html } from '../../pages/html.js';
import { hidden, pageReply, redirect } from '../../pages/page.js';
import { requester } from '../../requester.js';
import { CONFIRM_OPTIONS_PATH } from '../../second-factor/second-factor-confirmations.js';
import { sessionOf } from '../../sessions/session-of.js';
import { CONFIRM_PATH } from '../../step-up/confirm-path.js';
import type { SignIn } from '../../wiring.js';
import { formRoute, sentence } from './form-route.js';
import { passkeyScript, withoutPasskeys } from './passkey-form.js';

/** `/-/confirm`: somebody who is signed in proves once more who they are. */
export function confirmRoutes(router: PluginRouter, signIn: () => SignIn): void {
  router.get(
    CONFIRM_PATH,
    async (request) => {
      const s = signIn();
      const returnTo = localPath(request.query.get('returnTo'), s.prefix);
      const { actor } = request;
      if (actor.kind === 'anonymous') return redirect(`${s.prefix}/sign-in?returnTo=${encodeURIComponent(returnTo)}`);
      // The local site admin has nothing to confirm, and a token nothing to confirm with.
      if (actor.confirmation === undefined) return redirect(returnTo);
      return confirmPage(s, await userOf(s, request), returnTo);
    },
    { auth: 'public' },
  );
  router.post(
    CONFIRM_PATH,
    formRoute(
      async (form, request) => {
        const s = signIn();
        await s.throttle('confirm', request);
        const { actor } = request;
        if (actor.confirmation === undefined)
          throw new SextantError('SEXTANT_AUTH_SESSION_REQUIRED', {
            what: 'Only a session can be confirmed.',
            fix: 'Sign in with a browser.',
          });
        const user = await userOf(s, request);
        const by = await s.stepUp.confirm(user, actor.credential ?? actor.id, form, requester(request), request.headers['cookie']);
        const session = sessionOf(actor) ?? (await headerSession(s, user, request));
        const { text, lasts } = await s.stepUp.confirmed(user, session, by, requester(request));
        const cookies = [s.cookies.session(text, lasts)];
        return form.json ? { cookies, body: {} } : redirect(localPath(form.text('returnTo'), s.prefix), cookies);
      },
      async (form, error, request) => {
        const s = signIn();
        return confirmPage(s, await userOf(s, request), localPath(form.text('returnTo'), s.prefix), sentence(error));
      },
    ),
    { auth: 'user', scopes: ['user:all'], maxBody: 65_536 },
  );
  router.post(
    CONFIRM_OPTIONS_PATH,
    async (request) => {
      const s = signIn();
      await s.throttle('passkey-options', request);
      const { options, cookie } = await s.passkeys.request('authenticate', await userOf(s, request));
      return { body: options, cookies: [cookie] };
    },
    { auth: 'user', scopes: ['user:all'], maxBody: 16_384 },
  );
}

/** A proxy names the person in each request: the new session admits nobody, it remembers that they confirmed who they are. */
async function headerSession(s: SignIn, user: User, request: RouteRequest): Promise<number> {
  const { ways } = await s.settings.current();
  const way = ways.find(({ provider }) => provider.identify && request.actor.credential?.startsWith(`${provider.type}:`));
  if (!way)
    throw new SextantError('SEXTANT_AUTH_SESSION_REQUIRED', { what: 'Only a session can be confirmed.', fix: 'Sign in with a browser.' });
  const { session } = await s.sessions.begin({ user, way: way.id, userAgent: request.headers['user-agent'], ip: request.remoteAddress });
  return session.id;
}

async function userOf({ deps: { users } }: SignIn, { actor }: RouteRequest): Promise<User> {
  const user = actor.userId === undefined ? undefined : await users.byId(actor.userId);
  if (!user) throw new SextantError('SEXTANT_USER_NOT_FOUND', { what: 'The user was not found.', fix: 'Sign in again.' });
  return user;
}

async function confirmPage(s: SignIn, user: User, returnTo: string, error?: string): Promise<RouteReply> {
  const [methods, providers] = await Promise.all([s.stepUp.methods(user), s.stepUp.providers(user)]);
  const forms = await Promise.all(
    methods.map(
      async (method) => html`
<form method="post" action="${s.prefix}${CONFIRM_PATH}">
${hidden('method', method.id)}${hidden('returnTo', returnTo)}
${await method.form(user)}
</form>`,
    ),
  );
  const links = providers.map(
    ({ id, provider, displayName }) => html`
<a class="button" href="${s.prefix}/.auth/${provider.type}/login?pc=${encodeURIComponent(id)}&confirm=1&returnTo=${encodeURIComponent(returnTo)}">Sign in again with ${displayName}</a>`,
  );
  const none = methods.length + providers.length === 0;
  return pageReply({
    title: 'Confirm who you are',
    error,
    script: methods.some(({ usesPasskeyScript }) => usesPasskeyScript) ? passkeyScript(s) : undefined,
    note: none
      ? 'You have nothing to confirm with. Sign out and sign in again.'
      : `You are signed in as ${user.username}. This action needs a recent sign-in.`,
    body: html`${methods.some(({ usesPasskeyScript }) => usesPasskeyScript) && withoutPasskeys('Your passkeys need a browser that has scripts and passkeys.')}
${forms}${links}
${none && html`<form method="post" action="${s.prefix}/-/sign-out"><button>Sign out</button></form>`}`,
  });
}
