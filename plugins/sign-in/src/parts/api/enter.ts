import type { User } from '@sextant/plugin-identity/api';
import type { RouteReply, RouteRequest } from '@sextant/sdk';
import { redirect } from '../../pages/page.js';
import { PENDING_LASTS } from '../../second-factor/pending-sign-ins.js';
import { SECOND_FACTOR_PATH } from '../../second-factor/second-factor-gate.js';
import type { KeptProviderSession, Session } from '../../storage/session-store.js';
import { DEVICE_COOKIE, DEVICE_LASTS } from '../../throttling/known-devices.js';
import { hashOf } from '../../unguessable.js';
import type { SignIn } from '../../wiring.js';
import { PENDING_COOKIE, SECOND_FACTOR_PAGE } from './pending-step.js';

interface Entering {
  readonly user: User;
  readonly way: string;
  readonly externalAccountId?: number;
  readonly providerSession?: KeptProviderSession | undefined;
  /** A path of ours, after the prefix and all. */
  readonly returnTo: string;
  /** A program signs in: it is told in JSON. */
  readonly json?: boolean;
  readonly cookies?: readonly string[];
  /** `proved`: it was given, or the session in use goes on. Absent: it is asked for where the person has one. */
  readonly secondFactor?: 'proved';
}

/**
 * Signs somebody in who has proved who they are: with a new session, whatever the browser had before. Where the person has a second factor, the page that asks
 * for it comes first, and there is no session yet.
 */
export async function enter(signIn: SignIn, request: RouteRequest, entering: Entering): Promise<RouteReply> {
  const { user, way, externalAccountId, providerSession, returnTo, json = false, cookies = [], secondFactor } = entering;
  if (secondFactor !== 'proved' && (await signIn.factors.isAskedFor(user, way))) return askSecondFactor(signIn, entering);
  await leave(signIn, request);
  const { text, lasts } = await signIn.sessions.begin({
    user,
    way,
    ...(externalAccountId === undefined ? {} : { externalAccountId }),
    providerSession,
    userAgent: request.headers['user-agent'],
    ip: request.remoteAddress,
  });
  if (user.siteAdmin) await signIn.setup.done();
  const all = [...cookies, signIn.cookies.session(text, lasts), await knownDevice(signIn, request, user)];
  if (json) return { cookies: all, body: { username: user.username } };
  if (await signIn.connection.missing({ kind: 'user', userId: user.id, siteAdmin: user.siteAdmin, serviceAccount: false }))
    return redirect(`${signIn.prefix}/-/account?note=connect`, all);
  if (await signIn.factors.isMissing(user, way)) return redirect(`${signIn.prefix}${SECOND_FACTOR_PATH}?note=required`, all);
  return redirect(firstPage(signIn, returnTo), all);
}

async function askSecondFactor(signIn: SignIn, entering: Entering): Promise<RouteReply> {
  const { user, way, externalAccountId, providerSession, returnTo, json = false, cookies = [] } = entering;
  const text = await signIn.pending.begin({ user, way, externalAccountId, providerSession, returnTo });
  const all = [...cookies, signIn.cookies.ofStep(PENDING_COOKIE, text, PENDING_LASTS)];
  const location = `${signIn.prefix}${SECOND_FACTOR_PAGE}`;
  if (!json) return redirect(location, all);
  const { totp, passkeys, recoveryCodes } = await signIn.factors.summary(user.id);
  const methods = [totp && 'totp', passkeys.length > 0 && 'passkey', recoveryCodes > 0 && 'recovery-code'].filter(Boolean);
  return { status: 202, cookies: all, body: { secondFactor: { url: location, methods } } };
}

/** The browser is not delayed any more by what strangers do, when the person signs in there. @returns the cookie, a new one each time. */
export async function knownDevice({ cookies, devices }: SignIn, { headers }: RouteRequest, user: User): Promise<string> {
  const text = await devices.remember(user.id, cookies.presentedOfStep(headers['cookie'], DEVICE_COOKIE));
  return cookies.ofStep(DEVICE_COOKIE, text, DEVICE_LASTS);
}

/** No plugin shows a first page yet: whoever wanted none in particular sees their account. */
export const firstPage = ({ prefix }: SignIn, returnTo: string): string => (returnTo === `${prefix}/` ? `${prefix}/-/account` : returnTo);

/** Ends the session that the browser has. @returns it */
export async function leave({ sessions, cookies }: SignIn, { headers }: RouteRequest): Promise<Session | undefined> {
  const presented = cookies.presentedSession(headers['cookie']);
  const hash = presented === undefined ? undefined : hashOf(presented);
  const session = hash && (await sessions.store.byHash(hash));
  if (session) await sessions.store.end(session.id);
  return session || undefined;
}
