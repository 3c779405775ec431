import type { PluginRouter, RouteHandler, RouteReply, RouteRequest } from '@sextant/sdk';
import { html } from '../../pages/html.js';
import { field, hidden, pageReply, redirect } from '../../pages/page.js';
import { requester } from '../../requester.js';
import { DEVICE_COOKIE, DEVICE_LASTS } from '../../throttling/known-devices.js';
import type { SignIn } from '../../wiring.js';
import { builtinWay } from './builtin-way.js';
import { knownDevice } from './enter.js';
import { formRoute, sentence } from './form-route.js';
import { toldToPeople } from './told.js';

const LIMIT = { auth: 'public', maxBody: 16_384 } as const;

/** Links that are mailed or handed out: to set a password, to prove an address, to sign in without delay. */
export function passwordRoutes(router: PluginRouter, signIn: () => SignIn): void {
  router.get('/-/reset-password-init', () => askForReset(signIn(), {}), { auth: 'public' });
  router.post(
    '/-/reset-password-init',
    formRoute(
      async (form, request) => {
        const s = signIn();
        await s.throttle('reset-password', request);
        await builtinWay(s);
        const address = form.required('email', 'email address');
        // Not waited for: how long it takes would tell whose address it is.
        s.passwords
          .mailReset(address, requester(request))
          .catch((error: unknown) => request.log.warn('A password could not be reset.', { error }));
        const note = 'If somebody here has proved that address, a letter is on its way.';
        return form.json ? { body: { note } } : pageReply({ title: 'Look into your mail', note, body: html`` });
      },
      (form, error) => askForReset(signIn(), { email: form.text('email'), error: sentence(error) }),
    ),
    LIMIT,
  );

  const toldOfLink = (handler: RouteHandler): RouteHandler => toldToPeople(signIn, 'Set your password', handler);
  router.get(
    '/-/reset-password-code',
    toldOfLink(async (request) => {
      const s = signIn();
      await s.throttle('link', request);
      const code = request.query.get('code') ?? '';
      const user = await s.passwords.ofLink(code);
      return newPassword(s, { code, username: user.username });
    }),
    { auth: 'public' },
  );
  router.post(
    '/-/reset-password-code',
    toldOfLink(
      formRoute(
        async (form, request) => {
          const s = signIn();
          await s.throttle('link', request);
          const user = await s.passwords.setByLink(form.text('code'), form.secret('password', 'password'), (tx, { id }) =>
            s.deps.audit.record('user.password', 'reset', requester(request), { subjectUID: String(id) }, { tx }),
          );
          const device = await knownDevice(s, request, user);
          return form.json
            ? { body: { username: user.username }, cookies: [device] }
            : redirect(`${s.prefix}/sign-in?note=password-set`, [s.cookies.noSession(), device]);
        },
        async (form, error) => {
          const s = signIn();
          const code = form.text('code');
          return newPassword(s, { code, username: (await s.passwords.ofLink(code)).username, error: sentence(error) });
        },
      ),
    ),
    LIMIT,
  );

  // Programs that look through mail open its links: what they do takes a press of a button.
  const byButton = (
    path: string,
    title: string,
    button: string,
    run: (s: SignIn, code: string, request: RouteRequest) => Promise<{ readonly to: string; readonly cookies?: readonly string[] }>,
    /** Where who is signed in nowhere goes first. */
    first?: (code: string) => string,
  ): void => {
    const page = (code: string, error?: string): RouteReply =>
      pageReply({
        title,
        error,
        body: html`<form method="post" action="${signIn().prefix}${path}">${hidden('code', code)}<button class="main">${button}</button></form>`,
      });
    router.get(
      path,
      ({ query, actor }) => {
        const code = query.get('code') ?? '';
        return first && actor.userId === undefined ? redirect(first(code)) : page(code);
      },
      { auth: 'public' },
    );
    router.post(
      path,
      formRoute(
        async (form, request) => {
          const s = signIn();
          await s.throttle('link', request);
          const { to, cookies = [] } = await run(s, form.text('code'), request);
          return form.json ? { body: {}, cookies } : redirect(`${s.prefix}${to}`, cookies);
        },
        async (form, error) => page(form.text('code'), sentence(error)),
      ),
      LIMIT,
    );
  };
  byButton(
    '/-/verify-email',
    'Confirm your email address',
    'Confirm',
    async (s, code, request) => {
      await s.passwords.proveEmail(code, request.actor.userId, (tx, userId) =>
        s.deps.audit.record('user.email', 'verified', requester(request), { subjectUID: String(userId) }, { tx }),
      );
      return { to: '/-/account?note=verified' };
    },
    (code) => {
      const { prefix } = signIn();
      return `${prefix}/sign-in?returnTo=${encodeURIComponent(`${prefix}/-/verify-email?code=${encodeURIComponent(code)}`)}`;
    },
  );
  byButton('/-/unlock-account', 'Sign in without delay', 'Unlock this browser', async (s, code, { headers }) => {
    const device = await s.passwords.unlock(code, s.cookies.presentedOfStep(headers['cookie'], DEVICE_COOKIE));
    return { to: '/sign-in?note=unlocked', cookies: [s.cookies.ofStep(DEVICE_COOKIE, device, DEVICE_LASTS)] };
  });
}

async function askForReset(s: SignIn, { email, error }: { readonly email?: string; readonly error?: string }): Promise<RouteReply> {
  const mail = await s.letters.possible();
  return pageReply({
    title: 'Reset your password',
    error,
    note: mail ? undefined : 'This site sends no mail. Ask a site admin for a link to set your password.',
    body: html`${
      mail &&
      html`<form method="post" action="${s.prefix}/-/reset-password-init">
${field({ name: 'email', label: 'Email', type: 'email', autocomplete: 'email', value: email, focus: true })}
<button class="main">Send me a link</button>
</form>`
    }
<p class="hint"><a href="${s.prefix}/sign-in">Sign in</a></p>`,
  });
}

async function newPassword(
  s: SignIn,
  { code, username, error }: { readonly code: string; readonly username: string; readonly error?: string },
): Promise<RouteReply> {
  const least = (await s.settings.current()).configuration['auth.minPasswordLength'];
  return pageReply({
    title: `Set the password of ${username}`,
    error,
    body: html`<form method="post" action="${s.prefix}/-/reset-password-code">
${hidden('code', code)}${hidden('username', username)}
${field({ name: 'password', label: 'New password', type: 'password', autocomplete: 'new-password', hint: `At least ${least} characters.`, focus: true })}
<button class="main">Set it</button>
</form>`,
  });
}
