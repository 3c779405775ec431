import { credentialsRevoked, userChanged } from '@sextant/plugin-identity/api';
import { siteConfigurationChanged, siteConfigurationSchemas } from '@sextant/plugin-site/api';
import { core, definePart } from '@sextant/sdk';
import { config } from '../../config.js';
import { OAuthAuthenticator } from '../../engine/oauth-authenticator.js';
import { corsOrigins, siteConfigurationSchema } from '../../site-configuration.js';
import { storage } from '../../storage/definition.js';
import { deps, holderOf, storesOf } from '../../wiring.js';
import { applicationNode, clientNode } from './nodes.js';
import { mountRoutes } from './routes.js';

export default definePart(config)({
  deps,
  register(r) {
    r.storage(storage);
    r.contribute(siteConfigurationSchemas, () => siteConfigurationSchema);
    r.contribute(core.allowedOrigins, ({ siteConfiguration }) => ({
      allows: async (origin) => corsOrigins(await siteConfiguration.effective()).has(origin),
    }));
    r.contribute(core.authenticators, (d) => new OAuthAuthenticator({ ...d, grants: storesOf(d).grants }));
    r.contribute(core.nodes, (d) => clientNode(storesOf(d).clients));
    r.contribute(core.nodes, (d) => applicationNode(storesOf(d).grants));
    r.graphql(() => import('./graphql.js'));
    r.http(mountRoutes);
    r.start((d, ctx) => {
      const { grants } = storesOf(d);
      const subscriptions = [
        d.events.subscribe(siteConfigurationChanged, () => holderOf(d, ctx).forget()),
        d.events.subscribe(credentialsRevoked, ({ userId }) => grants.revokeAllOf(userId)),
        // A user who is recovered comes back without what programs had.
        d.events.subscribe(userChanged, async ({ userId }) => {
          if (!(await d.users.byId(userId))) await grants.revokeAllOf(userId);
        }),
      ];
      ctx.signal.addEventListener(
        'abort',
        () => {
          for (const one of subscriptions) one[Symbol.dispose]();
        },
        { once: true },
      );
    });
  },
});
