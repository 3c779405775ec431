import type { User } from '@sextant/plugin-identity/api';
import type { RouteReply, RouteRequest } from '@sextant/sdk';
import { redirect } from '../../pages/page.js';
import type { KeptProviderSession, Session } from '../../storage/session-store.js';
import { hashOf } from '../../unguessable.js';
import type { SignIn } from '../../wiring.js';

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
}

/** Signs somebody in who has proved who they are: with a new session, whatever the browser had before. */
export async function enter(signIn: SignIn, request: RouteRequest, entering: Entering): Promise<RouteReply> {
  const { user, way, externalAccountId, providerSession, returnTo, json = false, cookies = [] } = entering;
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
  const all = [...cookies, signIn.cookies.session(text, lasts)];
  if (json) return { cookies: all, body: { username: user.username } };
  if (await signIn.connection.missing({ kind: 'user', userId: user.id, siteAdmin: user.siteAdmin, serviceAccount: false }))
    return redirect(`${signIn.prefix}/-/account?note=connect`, all);
  return redirect(firstPage(signIn, returnTo), all);
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
