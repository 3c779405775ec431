import {
  accountPolicy,
  credentialRenewal,
  externalAccountsChanged,
  passwordLinks,
  signInProviders,
  signIns,
  userChanged,
} from '@sextant/plugin-identity/api';
import { siteConfigurationSchemas } from '@sextant/plugin-site/api';
import { core, definePart } from '@sextant/sdk';
import { BUILTIN, builtinProvider } from '../../builtin-provider.js';
import { config } from '../../config.js';
import { accountPolicyOf } from '../../configuration/account-policy.js';
import { authSchema } from '../../configuration/auth-schema.js';
import { renewCredential } from '../../engine/renew-credential.js';
import { httpHeaderProvider } from '../../http-header-provider.js';
import { IpGate } from '../../ip-gate.js';
import { HeaderAuthenticator } from '../../sessions/header-authenticator.js';
import { GuestAuthenticator, SessionAuthenticator } from '../../sessions/session-authenticator.js';
import { sessionOf } from '../../sessions/session-of.js';
import { storage } from '../../storage/definition.js';
import { forgetDevices } from '../../throttling/known-devices.js';
import { deps, signInOf } from '../../wiring.js';
import { accountRoutes } from './account-routes.js';
import { confirmRoutes } from './confirm-routes.js';
import { invitationRoutes } from './invitation-routes.js';
import { passwordRoutes } from './password-routes.js';
import { providerRoutes } from './provider-routes.js';
import { requestAccessRoutes } from './request-access-routes.js';
import { secondFactorAccountRoutes } from './second-factor-account-routes.js';
import { secondFactorRoutes } from './second-factor-routes.js';
import { setupRoutes } from './setup-routes.js';
import { signInRoutes } from './sign-in-routes.js';

export default definePart(config)({
  deps,
  register(r) {
    r.storage(storage);
    r.contribute(signInProviders, () => builtinProvider);
    r.contribute(signInProviders, (d) => httpHeaderProvider(d.process.trustsProxy));
    r.contribute(siteConfigurationSchemas, (d) =>
      authSchema(d.providers, () => {
        const address = d.process.localMode ? undefined : d.actor.request()?.remoteAddress;
        return address === undefined ? undefined : { address, client: d.process.trustsProxy ? undefined : address };
      }),
    );
    // First: whom the proxy names is who it is, whatever session the browser has.
    r.contribute(core.authenticators, (d, ctx) => {
      const signIn = signInOf(d, ctx);
      const { settings, people, sessions } = signIn;
      return new HeaderAuthenticator({
        settings,
        people,
        sessions,
        external: d.external,
        actors: d.actors,
        wrong: d.wrong,
        stepUp: () => signIn.stepUp,
        cookies: () => signIn.cookies,
      });
    });
    r.contribute(core.authenticators, (d, ctx) => {
      const signIn = signInOf(d, ctx);
      const { sessions, settings, setup } = signIn;
      return new SessionAuthenticator({ sessions, settings, cookies: () => signIn.cookies, hasCredentials: () => setup.guarded() });
    });
    r.contribute(core.gates, (d, ctx) => new IpGate(signInOf(d, ctx).settings, () => ctx.config.get().enforceAllowedIpAddress));
    r.contribute(core.gates, (d, ctx) => signInOf(d, ctx).connection);
    r.contribute(core.gates, (d, ctx) => signInOf(d, ctx).factorGate);
    r.contribute(accountPolicy, (d, ctx) => accountPolicyOf(() => signInOf(d, ctx).settings));
    r.contribute(core.authenticators, (d, ctx) => new GuestAuthenticator(signInOf(d, ctx).settings));
    r.contribute(passwordLinks, (d, ctx) => ({
      welcome: async (userId) => {
        const { settings, passwords } = signInOf(d, ctx);
        const user = await d.users.byId(userId);
        const byPassword = (await settings.current()).ways.some(({ provider }) => provider.type === BUILTIN);
        if (!user || user.serviceAccount || !byPassword) return { url: undefined, mailed: false };
        const [first] = (await d.accounts.emails([userId])).filter(({ primary }) => primary);
        return passwords.handOut(user, first?.address);
      },
    }));
    r.contribute(signIns, (d, ctx) => ({
      signedInAt: async (actor) => {
        const session = sessionOf(actor);
        return session === undefined ? undefined : (await signInOf(d, ctx).sessions.store.byId(session))?.confirmedAt;
      },
    }));
    r.contribute(credentialRenewal, (d, ctx) => renewCredential(() => signInOf(d, ctx).settings));
    r.graphql(() => import('./graphql.js'));
    r.http((router, d, ctx) => {
      const signIn = () => signInOf(d, ctx);
      for (const routes of [
        signInRoutes,
        setupRoutes,
        passwordRoutes,
        providerRoutes,
        accountRoutes,
        secondFactorRoutes,
        secondFactorAccountRoutes,
        confirmRoutes,
        requestAccessRoutes,
        invitationRoutes,
      ])
        routes(router, signIn);
    });
    r.start(async (d, ctx) => {
      const { sessions, setup, settings } = signInOf(d, ctx);
      const subscriptions = [
        settings,
        d.events.subscribe(userChanged, async ({ userId }) => {
          if (await d.users.byId(userId)) return;
          await sessions.store.endOfUsers([userId]);
          await forgetDevices(d.db, userId);
        }),
        d.events.subscribe(externalAccountsChanged, async ({ userId }) => {
          const kept = await d.external.ofUser(userId);
          await sessions.store.endByLostAccounts(
            userId,
            kept.map(({ id }) => id),
          );
        }),
      ];
      const end = (): void => {
        for (const one of subscriptions) one[Symbol.dispose]();
      };
      ctx.signal.addEventListener('abort', end, { once: true });
      const file = await setup.prepare(() => d.process.folder('run'));
      if (file !== undefined)
        ctx.log.warn('No site admin can sign in yet. `sextant setup-link` prints the link by which one is made.', { file });
    });
  },
});
