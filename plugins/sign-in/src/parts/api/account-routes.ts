import type { ExternalAccount, User } from '@sextant/plugin-identity/api';
import { type PluginRouter, type RouteReply, type RouteRequest, recentSignInRefusal, SextantError } from '@sextant/sdk';
import type { Way } from '../../configuration/provider-entries.js';
import { localPath } from '../../engine/return-to.js';
import type { FormBody } from '../../pages/form-body.js';
import { type Html, html } from '../../pages/html.js';
import { field, hidden, pageReply, redirect } from '../../pages/page.js';
import { requester } from '../../requester.js';
import { sessionOf } from '../../sessions/session-of.js';
import { CONFIRM_PATH } from '../../step-up/confirm-path.js';
import type { Session } from '../../storage/session-store.js';
import type { SignIn } from '../../wiring.js';
import { addresses } from './addresses.js';
import { enter } from './enter.js';
import { formRoute, sentence } from './form-route.js';
import { secondFactorLine } from './second-factor-page.js';

type Act = (s: SignIn, user: User, form: FormBody, request: RouteRequest) => Promise<string | RouteReply>;

/** `/-/account`: what somebody who is signed in does about how they sign in. */
export function accountRoutes(router: PluginRouter, signIn: () => SignIn): void {
  router.get(
    '/-/account',
    async (request) => {
      const s = signIn();
      const user = await whoIsIn(s, request);
      if (!user) return redirect(`${s.prefix}/sign-in?returnTo=${encodeURIComponent(`${s.prefix}/-/account`)}`);
      const { note = (await s.connection.missing(request.actor)) ? 'connect' : '' } = Object.fromEntries(request.query);
      return accountPage(s, user, request, { note: NOTES[note] });
    },
    { auth: 'public' },
  );

  const act = (path: string, run: Act, { confirmed = true } = {}): void =>
    router.post(
      `/-/account/${path}`,
      formRoute(
        async (form, request) => {
          const s = signIn();
          await s.throttle('account', request);
          const refused = confirmed ? recentSignInRefusal(request.actor, 'session', 'Changing how you sign in') : undefined;
          if (refused) throw refused;
          const done = await run(s, await signedIn(s, request), form, request);
          return typeof done === 'string' ? redirect(`${s.prefix}/-/account?note=${done}`) : done;
        },
        async (_form, error, request) => {
          const s = signIn();
          if (error.code !== 'SEXTANT_AUTH_STEP_UP') return accountPage(s, await signedIn(s, request), request, { error: sentence(error) });
          return redirect(`${s.prefix}${CONFIRM_PATH}?returnTo=${encodeURIComponent(`${s.prefix}/-/account`)}`);
        },
      ),
      { auth: 'user', scopes: ['user:all'], maxBody: 16_384 },
    );

  act('password', async (s, user, form, request) => {
    const next = form.secret('password', 'new password');
    const session = sessionIn(request);
    const changed = (await s.security.hasPassword(user))
      ? await s.security.changePassword(
          user,
          { before: form.secret('before', 'password before'), next, keep: session, revokeAccessTokens: form.text('revoke') !== '' },
          requester(request),
        )
      : await s.security.createPassword(user, next, requester(request), session);
    const { way, externalAccountId, providerSession } = (session === undefined ? undefined : await s.sessions.store.byId(session)) ?? {};
    if (way === undefined) return 'password';
    // An id from before is not one for the new password.
    return enter(s, request, {
      user: changed,
      way,
      ...(externalAccountId === undefined ? {} : { externalAccountId }),
      providerSession,
      returnTo: `${s.prefix}/-/account?note=password`,
      secondFactor: 'proved',
    });
  });
  act(
    'sessions',
    async (s, user, form, request) => {
      const which = form.required('session', 'session');
      if (which === 'others') await s.security.endSessions([user], requester(request), sessionIn(request));
      else if (which === 'all') await s.security.endSessions([user], requester(request));
      else await s.security.endSession(user, rowNumber(which), requester(request));
      return which === 'all' ? redirect(`${s.prefix}/sign-in?note=signed-out`, [s.cookies.noSession()]) : 'sessions';
    },
    OWN_SESSION,
  );
  act(
    'confirm',
    async (s, user, form) => {
      await s.security.resendVerification(user, form.required('email', 'email address'));
      return 'letter';
    },
    OWN_SESSION,
  );
  act('unlink', async (s, user, form, request) => {
    await s.security.unlink(user, rowNumber(form.required('account', 'account')), requester(request));
    return 'unlinked';
  });
  act('link', async (s, _user, form, request) => {
    const session = sessionIn(request);
    if (session === undefined)
      throw new SextantError('SEXTANT_SIGN_IN_UNAVAILABLE', {
        what: 'Accounts are linked by somebody who signed in.',
        fix: 'Sign in first.',
      });
    const returnTo = localPath(`${s.prefix}/-/account?note=linked`, s.prefix);
    const wanted = { type: form.required('type', 'type'), id: form.required('way', 'way'), returnTo, linkFor: session };
    const { url, cookie } = await s.redirects.begin(wanted, request.signal);
    // A form may not lead to another site; a link of the page may.
    return pageReply({
      title: 'Link an account',
      cookies: [cookie],
      body: html`<p>You go there now, and come back when you have signed in.</p><a class="button" href="${url}">Go on</a>`,
    });
  });
}

/** Needs no recent sign-in: it takes power away, or gives none. */
const OWN_SESSION = { confirmed: false };

const NOTES: Readonly<Record<string, string | undefined>> = {
  connect: 'Before you use Sextant, link an account elsewhere: the site wants it.',
  password: 'Your password is set. Your other sessions have ended.',
  sessions: 'The sessions have ended.',
  letter: 'A letter with a link is on its way.',
  verified: 'Your email address is confirmed.',
  linked: 'The account is linked.',
  unlinked: 'The account is unlinked.',
};

const sessionIn = ({ actor }: RouteRequest): number | undefined => sessionOf(actor);

/** 0, which none has, for what is no id. */
const rowNumber = (text: string): number => (/^[1-9]\d{0,14}$/.test(text) ? Number(text) : 0);

async function whoIsIn({ deps: { users } }: SignIn, { actor }: RouteRequest): Promise<User | undefined> {
  return actor.userId === undefined ? undefined : users.byId(actor.userId);
}

async function signedIn(s: SignIn, request: RouteRequest): Promise<User> {
  const user = await whoIsIn(s, request);
  if (!user) throw new SextantError('SEXTANT_USER_NOT_FOUND', { what: 'The user was not found.', fix: 'Sign in again.' });
  return user;
}

async function accountPage(
  s: SignIn,
  user: User,
  request: RouteRequest,
  { error, note }: { readonly error?: string; readonly note?: string | undefined },
): Promise<RouteReply> {
  const { confirmation } = request.actor;
  const [{ ways, configuration }, sessions, accounts, hasPassword] = await Promise.all([
    s.settings.current(),
    s.security.sessions(user),
    s.security.externalAccounts(user),
    s.security.hasPassword(user),
  ]);
  const current = sessionIn(request);
  return pageReply({
    title: `How ${user.username} signs in`,
    wide: true,
    error,
    note,
    body: html`
${confirmation?.recent === false && html`<p class="note">To change your password or linked accounts, <a href="${s.prefix}${CONFIRM_PATH}?returnTo=${encodeURIComponent(`${s.prefix}/-/account`)}">confirm who you are</a> first.</p>`}
<h2>Password</h2>
<form method="post" action="${s.prefix}/-/account/password">
<input type="hidden" name="username" autocomplete="username" value="${user.username}">
${hasPassword && field({ name: 'before', label: 'Password', type: 'password', autocomplete: 'current-password' })}
${field({
  name: 'password',
  label: 'New password',
  type: 'password',
  autocomplete: 'new-password',
  hint: `At least ${configuration['auth.minPasswordLength']} characters. Your other sessions end.`,
})}
${hasPassword && html`<label class="check"><input type="checkbox" name="revoke" value="yes" checked> Revoke all my access tokens, too</label>`}
<button>${hasPassword ? 'Change the password' : 'Set a password'}</button>
</form>
<h2>Second factor</h2>
${await secondFactorLine(s, user)}
<h2>Addresses of mail</h2>
${await addresses(s, user)}
<h2>Accounts elsewhere</h2>
${accounts.length === 0 ? html`<p>None is linked.</p>` : accountTable(s, ways, accounts)}
${ways
  .filter((way) => way.provider.redirect && !way.hidden)
  .map((way) => button(s, 'link', { type: way.provider.type, way: way.id }, `Link ${way.displayName}`))}
<h2>Sessions</h2>
${
  sessions.length === 0
    ? html`<p>There is none.</p>`
    : html`${sessionTable(s, sessions, current)}
${button(s, 'sessions', { session: 'others' }, 'End all others')}
${button(s, 'sessions', { session: 'all' }, 'Sign out everywhere')}`
}
${current !== undefined && html`<form method="post" action="${s.prefix}/-/sign-out"><button>Sign out</button></form>`}`,
  });
}

const button = ({ prefix }: SignIn, act: string, fields: Readonly<Record<string, string>>, label: string, small = false): Html =>
  html`<form method="post" action="${prefix}/-/account/${act}">${Object.entries(fields).map(([name, value]) => hidden(name, value))}<button${
    small ? html` class="small"` : ''
  }>${label}</button></form>`;

const accountTable = (s: SignIn, ways: readonly Way[], accounts: readonly ExternalAccount[]): Html => html`
<table><thead><tr><th scope="col">Where</th><th scope="col">Account</th><th scope="col">Action</th></tr></thead><tbody>
${accounts.map(({ id, service, username, displayName }) => {
  const way = ways.find((one) => one.service.type === service.type && one.service.id === service.id);
  return html`<tr><td>${way?.displayName ?? service.type}</td><td>${displayName ?? username}</td><td>${button(
    s,
    'unlink',
    { account: String(id) },
    'Unlink',
    true,
  )}</td></tr>`;
})}
</tbody></table>`;

const sessionTable = (s: SignIn, sessions: readonly Session[], current: number | undefined): Html => html`
<table><thead><tr><th scope="col">Browser</th><th scope="col">Address</th><th scope="col">Last used</th><th scope="col">Action</th></tr></thead><tbody>
${sessions.map(
  ({ id, userAgent, ip, lastUsedAt }) => html`<tr><td>${userAgent ?? 'unknown'}${id === current && ' (this one)'}</td><td>${ip ?? ''}</td>
<td><time datetime="${lastUsedAt.toISOString()}">${lastUsedAt.toISOString().slice(0, 16).replace('T', ' ')}</time></td>
<td>${id === current ? '' : button(s, 'sessions', { session: String(id) }, 'End', true)}</td></tr>`,
)}
</tbody></table>`;
