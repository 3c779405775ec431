import type { User } from '@sextant/plugin-identity/api';
import { type PluginRouter, type RouteReply, type RouteRequest, recentSignInRefusal, SextantError } from '@sextant/sdk';
import type { FormBody } from '../../pages/form-body.js';
import { redirect } from '../../pages/page.js';
import { requester } from '../../requester.js';
import { passkeyName } from '../../second-factor/passkeys.js';
import { SECOND_FACTOR_PATH } from '../../second-factor/second-factor-gate.js';
import { sessionOf } from '../../sessions/session-of.js';
import { CONFIRM_PATH } from '../../step-up/confirm-path.js';
import type { SignIn } from '../../wiring.js';
import { formRoute, sentence } from './form-route.js';
import { recoveryCodesPage, secondFactorPage, totpPage } from './second-factor-page.js';

type Act = (s: SignIn, user: User, form: FormBody, request: RouteRequest) => Promise<RouteReply | string>;

const OWN = { auth: 'user', scopes: ['user:all'], maxBody: 65_536 } as const;

/** `/-/account/second-factor`: what somebody who is signed in does about their second factors. */
export function secondFactorAccountRoutes(router: PluginRouter, signIn: () => SignIn): void {
  const page = (path: string, show: (s: SignIn, user: User, request: RouteRequest) => Promise<RouteReply> | RouteReply): void =>
    router.get(
      path,
      async (request) => {
        const s = signIn();
        if (request.actor.kind === 'anonymous') return redirect(`${s.prefix}/sign-in?returnTo=${encodeURIComponent(`${s.prefix}${path}`)}`);
        return show(s, await userInSession(s, request), request);
      },
      { auth: 'public', scopes: ['user:all'] },
    );
  page(SECOND_FACTOR_PATH, async (s, user, { query, actor }) => {
    const missing = await s.factorGate.isMissing(actor);
    return secondFactorPage(s, user, { note: NOTES[missing ? 'required' : (query.get('note') ?? '')] });
  });
  page(`${SECOND_FACTOR_PATH}/totp`, (s, user, { actor }) =>
    // Before the secret is shown: afterwards the code would be typed in vain.
    actor.confirmation?.recent ? totpPage(s, s.totp.begin(user)) : toConfirmation(s, '/totp'),
  );

  const act = (path: string, run: Act, again?: (s: SignIn, user: User, form: FormBody, error: string) => RouteReply): void =>
    router.post(
      `${SECOND_FACTOR_PATH}/${path}`,
      formRoute(
        async (form, request) => {
          const s = signIn();
          await s.throttle('account', request);
          assertRecentSignIn(request);
          const done = await run(s, await userInSession(s, request), form, request);
          if (typeof done !== 'string') return done;
          return form.json ? { body: {} } : redirect(`${s.prefix}${SECOND_FACTOR_PATH}?note=${done}`);
        },
        async (form, error, request) => {
          const s = signIn();
          if (error.code === 'SEXTANT_AUTH_STEP_UP') return toConfirmation(s);
          const user = await userInSession(s, request);
          return error.code === 'SEXTANT_SIGN_IN_CODE' && again
            ? again(s, user, form, sentence(error))
            : secondFactorPage(s, user, { error: sentence(error) });
        },
      ),
      OWN,
    );
  const added = (s: SignIn, form: FormBody, codes: readonly string[] | undefined, note: string): RouteReply | string => {
    if (codes === undefined) return note;
    return form.json ? { body: { recoveryCodes: codes } } : recoveryCodesPage(s, codes, NOTES[note] ?? '');
  };

  act(
    'totp',
    async (s, user, form, request) => {
      const proved = s.totp.prove(user, form.whole('sealed'), form.required('code', 'code'));
      return added(s, form, await s.factors.addTotp(user, proved, requester(request)), 'totp-added');
    },
    (s, user, form, error) => totpPage(s, s.totp.again(user, form.whole('sealed')), error),
  );
  act('totp/remove', async (s, user, _form, request) => {
    await s.factors.removeTotp(user, requester(request));
    return 'removed';
  });
  act('passkeys', async (s, user, form, request) => {
    const passkey = await s.passkeys.verifyNew(user, form.text('name'), form.whole('response'), request.headers['cookie']);
    return added(s, form, await s.factors.addPasskey(user, passkey, requester(request)), 'passkey-added');
  });
  act('passkeys/rename', async (s, user, form, request) => {
    await s.factors.renamePasskey(user, rowNumber(form.text('id')), passkeyName(form.text('name')), requester(request));
    return 'renamed';
  });
  act('passkeys/remove', async (s, user, form, request) => {
    await s.factors.removePasskey(user, rowNumber(form.text('id')), requester(request));
    return 'removed';
  });
  act('recovery-codes', async (s, user, form, request) => {
    const codes = await s.factors.renewRecoveryCodes(user, requester(request));
    return form.json ? { body: { recoveryCodes: codes } } : recoveryCodesPage(s, codes, 'Your new recovery codes count from now on.');
  });
  router.post(
    `${SECOND_FACTOR_PATH}/passkeys/options`,
    async (request) => {
      const s = signIn();
      await s.throttle('passkey-options', request);
      assertRecentSignIn(request);
      const { options, cookie } = await s.passkeys.requestNew(await userInSession(s, request));
      return { body: options, cookies: [cookie] };
    },
    OWN,
  );
}

/** @throws SEXTANT_AUTH_STEP_UP, SEXTANT_AUTH_SESSION_REQUIRED */
function assertRecentSignIn({ actor }: RouteRequest): void {
  const refused = recentSignInRefusal(actor, 'session', 'Changing second factors');
  if (refused) throw refused;
}

const toConfirmation = ({ prefix }: SignIn, page = ''): RouteReply =>
  redirect(`${prefix}${CONFIRM_PATH}?returnTo=${encodeURIComponent(`${prefix}${SECOND_FACTOR_PATH}${page}`)}`);

const NOTES: Readonly<Record<string, string | undefined>> = {
  required: 'The site wants a second factor. Set one up before you use anything else.',
  'totp-added': 'Your authenticator app is added.',
  'passkey-added': 'Your passkey is added.',
  renamed: 'The passkey is renamed.',
  removed: 'The second factor is removed.',
};

/** 0, which none has, for what is no id. */
const rowNumber = (text: string): number => (/^[1-9]\d{0,14}$/.test(text) ? Number(text) : 0);

/** Second factors are for sessions: a token that leaked must not add one. @throws SEXTANT_USER_FORBIDDEN */
async function userInSession({ deps: { users } }: SignIn, { actor }: RouteRequest): Promise<User> {
  const user = sessionOf(actor) === undefined || actor.userId === undefined ? undefined : await users.byId(actor.userId);
  if (!user)
    throw new SextantError('SEXTANT_USER_FORBIDDEN', {
      what: 'Only somebody who is signed in with a browser has second factors.',
      why: 'An access token, and the local site admin, have no sign-in that a second factor could protect.',
      fix: 'Sign in first.',
    });
  return user;
}
