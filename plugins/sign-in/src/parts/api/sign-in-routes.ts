import type { AuditActor, User } from '@sextant/plugin-identity/api';
import type { PluginRouter, RouteHandler, RouteReply } from '@sextant/sdk';
import { BUILTIN } from '../../builtin-provider.js';
import type { Way } from '../../configuration/provider-entries.js';
import { localPath } from '../../engine/return-to.js';
import type { FormBody } from '../../pages/form-body.js';
import { dataBlock, type Html, html } from '../../pages/html.js';
import { field, hidden, pageReply, redirect } from '../../pages/page.js';
import { requester } from '../../requester.js';
import { PasswordStore } from '../../storage/password-store.js';
import { DEVICE_COOKIE } from '../../throttling/known-devices.js';
import type { SignIn } from '../../wiring.js';
import { builtinWay, unavailable } from './builtin-way.js';
import { enter, firstPage, leave } from './enter.js';
import { formRoute, sentence } from './form-route.js';
import { passkeyScript } from './passkey-form.js';
import { requestLink } from './request-access-routes.js';
import { passkeyButton } from './second-factor-routes.js';
import { setupForm } from './setup-routes.js';
import { toldToPeople } from './told.js';
import { wayLink } from './way-link.js';

interface Shown {
  readonly returnTo: string;
  readonly username?: string;
  readonly error?: string;
  readonly note?: string | undefined;
  /** Somebody who is signed in is to prove it once more. */
  readonly anew?: boolean;
}

/** `/sign-in`, `/sign-up` and what they post to. */
export function signInRoutes(router: PluginRouter, signIn: () => SignIn): void {
  router.get(
    '/sign-in',
    async ({ query, actor, headers }) => {
      const s = signIn();
      const returnTo = localPath(query.get('returnTo'), s.prefix);
      const anew = query.get('anew') === '1' && actor.via === 'session';
      if (actor.via === 'session' && !anew) return redirect(firstPage(s, returnTo));
      const token = query.get('setup') ?? '';
      if ((await s.setup.needed()) || (await s.setup.knows(token))) return setupForm(s, { token, returnTo });
      const reply = await signInPage(s, { returnTo, note: NOTES[anew ? 'anew' : (query.get('note') ?? '')], anew });
      // One that is over is sent along with every request until the browser is told.
      return anew || s.cookies.presentedSession(headers['cookie']) === undefined ? reply : { ...reply, cookies: [s.cookies.noSession()] };
    },
    { auth: 'public' },
  );
  router.get('/-/sign-in', ({ query }) => redirect(`${signIn().prefix}/sign-in${query.size > 0 ? `?${query}` : ''}`), { auth: 'public' });
  router.post(
    '/-/sign-in',
    formRoute(
      async (form, request) => {
        const s = signIn();
        const device = await s.devices.find(s.cookies.presentedOfStep(request.headers['cookie'], DEVICE_COOKIE));
        const known = device !== undefined && device.userId === (await s.passwords.named(form.text(nameField(form))))?.id;
        if (!known) await s.throttle('sign-in', request);
        const way = await builtinWay(s);
        const user = await s.passwords.verify(
          form.required(nameField(form), 'user name'),
          form.secret('password', 'password'),
          requester(request),
          {
            remoteAddress: request.remoteAddress,
            device: known ? device : undefined,
          },
        );
        return enter(s, request, { user, way: way.id, returnTo: localPath(form.text('returnTo'), s.prefix), json: form.json });
      },
      (form, error) => {
        const returnTo = localPath(form.text('returnTo'), signIn().prefix);
        const anew = form.text('anew') !== '';
        return signInPage(signIn(), { returnTo, username: form.text('username'), error: sentence(error), anew });
      },
    ),
    { auth: 'public', maxBody: 16_384 },
  );

  const toldOfSignUp = (handler: RouteHandler): RouteHandler => toldToPeople(signIn, 'Sign up for Sextant', handler);
  router.get(
    '/sign-up',
    toldOfSignUp(async ({ query }) => signUpPage(signIn(), undefined, { returnTo: query.get('returnTo') ?? '' })),
    { auth: 'public' },
  );
  router.post(
    '/-/sign-up',
    toldOfSignUp(
      formRoute(
        async (form, request) => {
          const s = signIn();
          await s.throttle('sign-up', request);
          const way = await builtinWay(s);
          if (!way.allowSignup || (await s.setup.needed())) throw unavailable('People cannot sign up here.');
          const user = await signUp(s, form, requester(request));
          return enter(s, request, { user, way: way.id, returnTo: localPath(form.text('returnTo'), s.prefix), json: form.json });
        },
        (form, error) => signUpPage(signIn(), form, { returnTo: form.text('returnTo'), error: sentence(error) }),
      ),
    ),
    { auth: 'public', maxBody: 16_384 },
  );

  const signOut = async (request: Parameters<typeof leave>[1]): Promise<RouteReply> => {
    const s = signIn();
    const cookies = [s.cookies.noSession()];
    const elsewhere = await s.logout.begin(await leave(s, request), request.signal);
    if (elsewhere === undefined) return redirect(`${s.prefix}/sign-in?note=signed-out`, cookies);
    // A form may not lead to another site; a page may.
    const body = html`<p>You are signed out here, and go on to do so where you came from.</p><a class="button" href="${elsewhere}">Go on</a>`;
    const page = pageReply({ title: 'Sign out', cookies, body });
    return { ...page, headers: { ...page.headers, refresh: `0; url=${elsewhere}` } };
  };
  router.post('/-/sign-out', signOut, { auth: 'public' });
  router.get(
    '/-/sign-out',
    (request) => {
      const site = request.headers['sec-fetch-site'];
      // A page elsewhere could sign people out with an image.
      if (site === undefined || site === 'same-origin' || site === 'none') return signOut(request);
      return pageReply({
        title: 'Sign out',
        body: html`<form method="post" action="${signIn().prefix}/-/sign-out"><button class="main">Sign out</button></form>`,
      });
    },
    { auth: 'public' },
  );
}

const nameField = (form: FormBody): string => (form.text('username') === '' ? 'email' : 'username');

const NOTES: Readonly<Record<string, string | undefined>> = {
  anew: 'Sign in once more: a program wants to be sure that it is you.',
  expired: 'The sign-in took too long. Sign in again.',
  'signed-out': 'You are signed out.',
  'password-set': 'Your password is set. Sign in with it.',
  unlocked: 'Wrong passwords that others gave do not delay you in this browser any more. Sign in.',
};

async function signUp({ deps: { db, accounts, audit }, passwords, people }: SignIn, form: FormBody, who: AuditActor): Promise<User> {
  const username = form.required('username', 'user name');
  const email = form.required('email', 'email address');
  const hash = await passwords.prepare(form.secret('password', 'password'), username);
  await people.admitNewcomer([email]);
  const user = await db.transaction(async (tx) => {
    const made = await accounts.within(tx).create({ username, emails: [{ address: email, verified: false }] });
    await new PasswordStore(tx).set(made.id, hash, made.createdAt);
    await audit.record('user', 'created', who, { subjectUID: String(made.id) }, { tx });
    return made;
  });
  await passwords.mailVerification(user, email);
  return user;
}

async function signInPage(s: SignIn, { returnTo, username = '', error, note, anew = false }: Shown): Promise<RouteReply> {
  const { ways, enabled, configuration } = await s.settings.current();
  const shown = ways.filter((way) => !way.hidden && !way.noSignIn && (way.provider.redirect || way.provider.type === BUILTIN));
  const most = configuration['auth.primaryLoginProvidersCount'];
  const parts = shown.map((way) =>
    way.provider.type === BUILTIN
      ? html`${passwordForm(s, way, { returnTo, username, anew })}${passkeyButton(s, returnTo)}`
      : wayLink(s, way, returnTo, anew),
  );
  const passkeys = shown.some(({ provider }) => provider.type === BUILTIN);
  return pageReply({
    title: 'Sign in to Sextant',
    error,
    script: passkeys ? passkeyScript(s) : undefined,
    note: note ?? (enabled && shown.length > 0 ? undefined : nobody(s, enabled)),
    body: html`${parts.slice(0, most)}
${parts.length > most && html`<details><summary>Other ways to sign in</summary>${parts.slice(most)}</details>`}
${enabled && (await requestLink(s))}
${dataBlock({ needsSiteInit: false })}`,
  });
}

const nobody = ({ deps: { process } }: SignIn, enabled: boolean): string =>
  process.localMode && !enabled
    ? 'Nobody needs to sign in: this Sextant answers the account that runs it alone, as its site admin.'
    : 'Nobody can sign in here at present. A site admin configures auth.providers, if need be by a token that sextant token create makes where Sextant runs.';

const passwordForm = ({ prefix }: SignIn, way: Way, { returnTo, username = '', anew = false }: Shown): Html => html`
<form method="post" action="${prefix}/-/sign-in">
${hidden('returnTo', returnTo)}${anew && hidden('anew', '1')}
${field({ name: 'username', label: 'User name or email', autocomplete: 'username', value: username, focus: true })}
${field({ name: 'password', label: 'Password', type: 'password', autocomplete: 'current-password' })}
<button class="main">Sign in</button>
<p class="hint"><a href="${prefix}/-/reset-password-init">Forgot your password?</a>${
  way.allowSignup && html` · <a href="${prefix}/sign-up?returnTo=${encodeURIComponent(returnTo)}">Sign up</a>`
}</p>
</form>`;

async function signUpPage(s: SignIn, form: FormBody | undefined, { returnTo, error }: Shown): Promise<RouteReply> {
  const way = await builtinWay(s);
  if (!way.allowSignup) throw unavailable('People cannot sign up here.');
  const least = (await s.settings.current()).configuration['auth.minPasswordLength'];
  return pageReply({
    title: 'Sign up for Sextant',
    error,
    body: html`<form method="post" action="${s.prefix}/-/sign-up">
${hidden('returnTo', localPath(returnTo, s.prefix))}
${field({ name: 'username', label: 'User name', autocomplete: 'username', value: form?.text('username'), focus: true })}
${field({ name: 'email', label: 'Email', type: 'email', autocomplete: 'email', value: form?.text('email') })}
${field({ name: 'password', label: 'Password', type: 'password', autocomplete: 'new-password', hint: `At least ${least} characters.` })}
<button class="main">Sign up</button>
</form>`,
  });
}
