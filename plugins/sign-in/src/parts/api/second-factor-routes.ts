import { signInRefused } from '@sextant/plugin-identity/api';
import { type PluginRouter, type RouteReply, type RouteRequest, SextantError } from '@sextant/sdk';
import { localPath } from '../../engine/return-to.js';
import type { FormBody } from '../../pages/form-body.js';
import { type Html, html } from '../../pages/html.js';
import { field, hidden, pageReply, redirect } from '../../pages/page.js';
import { requester } from '../../requester.js';
import { PASSKEY_SCRIPT, PASSKEY_SCRIPT_PATH } from '../../second-factor/passkey-script.js';
import { type PendingSignIn, pendingExpired } from '../../second-factor/pending-sign-ins.js';
import type { SignIn } from '../../wiring.js';
import { builtinWay } from './builtin-way.js';
import { enter } from './enter.js';
import { formRoute, sentence } from './form-route.js';
import { passkeyForm, passkeyScript, withoutPasskeys } from './passkey-form.js';
import { PENDING_COOKIE, SECOND_FACTOR_PAGE } from './pending-step.js';

const OPTIONS_PATH = `${SECOND_FACTOR_PAGE}/passkey-options`;
const PASSKEY_SIGN_IN = '/-/sign-in/passkey';
const FORM = { auth: 'public', maxBody: 65_536 } as const;

/** The second step of a sign-in, and passkeys as its only step. */
export function secondFactorRoutes(router: PluginRouter, signIn: () => SignIn): void {
  router.get(
    PASSKEY_SCRIPT_PATH,
    () => ({
      headers: { 'content-type': 'text/javascript; charset=utf-8', 'cache-control': 'no-cache' },
      body: PASSKEY_SCRIPT,
    }),
    { auth: 'public' },
  );

  router.get(
    SECOND_FACTOR_PAGE,
    async (request) => {
      const s = signIn();
      const pending = await pendingOf(s, request);
      return pending ? secondFactorPage(s, pending) : redirect(`${s.prefix}/sign-in?note=expired`);
    },
    { auth: 'public' },
  );
  router.post(
    SECOND_FACTOR_PAGE,
    formRoute(
      async (form, request) => {
        const s = signIn();
        await s.throttle('second-factor', request);
        const text = s.cookies.presentedOfStep(request.headers['cookie'], PENDING_COOKIE);
        const pending = await s.pending.find(text);
        if (!pending) throw pendingExpired();
        await verifySecondFactor(s, pending, form, request);
        // Proved for whoever was signing in: they are looked at again, since the factor may have been taken away meanwhile.
        const finished = await s.pending.finish(text);
        const { user, way, externalAccountId, providerSession, returnTo } = finished;
        return enter(s, request, {
          user,
          way,
          ...(externalAccountId === undefined ? {} : { externalAccountId }),
          providerSession,
          returnTo,
          json: form.json,
          secondFactor: 'proved',
          cookies: [s.cookies.ofStep(PENDING_COOKIE, '', 0)],
        });
      },
      async (_form, error, request) => {
        const s = signIn();
        const pending = await pendingOf(s, request);
        return pending ? secondFactorPage(s, pending, sentence(error)) : overPage(s, error);
      },
    ),
    FORM,
  );
  router.post(
    OPTIONS_PATH,
    async (request) => {
      const s = signIn();
      await s.throttle('passkey-options', request);
      const pending = await pendingOf(s, request);
      if (!pending) throw pendingExpired();
      const { options, cookie } = await s.passkeys.request('authenticate', pending.user);
      return { body: options, cookies: [cookie] };
    },
    FORM,
  );

  router.post(
    '/-/sign-in/passkey-options',
    async (request) => {
      const s = signIn();
      await s.throttle('passkey-options', request);
      await builtinWay(s);
      const { options, cookie } = await s.passkeys.request('sign-in', undefined);
      return { body: options, cookies: [cookie] };
    },
    FORM,
  );
  router.post(
    PASSKEY_SIGN_IN,
    formRoute(
      async (form, request) => {
        const s = signIn();
        await s.throttle('passkey', request);
        const way = await builtinWay(s);
        const { userId } = await s.passkeys.verify(
          'sign-in',
          undefined,
          form.whole('response'),
          request.headers['cookie'],
          requester(request),
        );
        const user = await s.deps.users.byId(userId);
        if (!user || user.serviceAccount) throw signInRefused('Its user is deactivated.');
        // The device has checked who uses it: that is two factors in one step.
        const returnTo = localPath(form.text('returnTo'), s.prefix);
        return enter(s, request, { user, way: way.id, returnTo, json: form.json, secondFactor: 'proved' });
      },
      async (_form, error) => overPage(signIn(), error),
    ),
    FORM,
  );
}

/** The button by which somebody signs in by a passkey alone. */
export const passkeyButton = (s: SignIn, returnTo: string): Html =>
  passkeyForm(s, {
    options: '/-/sign-in/passkey-options',
    action: PASSKEY_SIGN_IN,
    kind: 'get',
    button: 'Sign in with a passkey',
    fields: hidden('returnTo', returnTo),
  });

const pendingOf = (s: SignIn, { headers }: RouteRequest): Promise<PendingSignIn | undefined> =>
  s.pending.find(s.cookies.presentedOfStep(headers['cookie'], PENDING_COOKIE));

async function verifySecondFactor(s: SignIn, { user }: PendingSignIn, form: FormBody, request: RouteRequest): Promise<void> {
  const who = requester(request);
  const method = form.required('method', 'method');
  if (method === 'totp') return s.totp.verify(user, form.required('code', 'code'), who);
  if (method === 'recovery-code') return s.factors.useRecoveryCode(user, form.required('recoveryCode', 'recovery code'), who);
  if (method === 'passkey') {
    await s.passkeys.verify('authenticate', user, form.whole('response'), request.headers['cookie'], who);
    return;
  }
  throw new SextantError('SEXTANT_SIGN_IN_UNAVAILABLE', {
    what: 'There is no such second factor.',
    fix: 'Use one of those on the page.',
  });
}

async function secondFactorPage(s: SignIn, { user }: PendingSignIn, error?: string): Promise<RouteReply> {
  const { totp, passkeys, recoveryCodes } = await s.factors.summary(user.id);
  const action = `${s.prefix}${SECOND_FACTOR_PAGE}`;
  return pageReply({
    title: 'Second factor',
    error,
    note: `You sign in as ${user.username}.`,
    script: passkeys.length > 0 ? passkeyScript(s) : undefined,
    body: html`
${
  passkeys.length > 0 &&
  html`${withoutPasskeys('Your passkeys need a browser that has scripts and passkeys, and the host name of this site.')}
${passkeyForm(s, {
  options: OPTIONS_PATH,
  action: SECOND_FACTOR_PAGE,
  kind: 'get',
  button: 'Use a passkey',
  main: true,
  fields: hidden('method', 'passkey'),
})}`
}
${
  totp &&
  html`<form method="post" action="${action}">${hidden('method', 'totp')}
${field({
  name: 'code',
  label: 'Code',
  autocomplete: 'one-time-code',
  inputmode: 'numeric',
  hint: 'Six digits, from your authenticator app.',
  focus: passkeys.length === 0,
})}
<button class="main">Sign in</button>
</form>`
}
${
  recoveryCodes > 0 &&
  html`<details><summary>Use a recovery code</summary>
<form method="post" action="${action}">${hidden('method', 'recovery-code')}
${field({ name: 'recoveryCode', label: 'Recovery code', autocomplete: 'off', hint: 'Each counts once.' })}
<button>Sign in</button>
</form></details>`
}
<p class="hint"><a href="${s.prefix}/sign-in">Sign in as somebody else</a></p>`,
  });
}

const overPage = ({ prefix }: SignIn, error: SextantError): RouteReply =>
  pageReply({ title: 'You are not signed in', error: sentence(error), body: html`<p><a href="${prefix}/sign-in">Sign in</a></p>` });
