import { core, definePart } from '@sextant/sdk';
import { userChanged } from '../../api.js';
import { config } from '../../config.js';
import { provideServices } from '../../provide-services.js';
import { identityStorage } from '../../storage/identity-storage.js';
import { deps, identityOf } from '../../wiring.js';
import { accessTokenNode, invitationNode, organizationNode, permissionNode, roleNode, teamNode, userNode } from './nodes.js';

export default definePart(config)({
  deps,
  register(r) {
    r.storage(identityStorage);
    provideServices(r);
    r.contribute(core.authenticators, (d, ctx) => identityOf(d, ctx).tokenAuthenticator(d.limits));
    r.contribute(core.authenticators, (d, ctx) => identityOf(d, ctx).localAdminAuthenticator);
    for (const node of [userNode, accessTokenNode, organizationNode, invitationNode, teamNode, roleNode, permissionNode])
      r.contribute(core.nodes, (d, ctx) => node(identityOf(d, ctx)));
    r.graphql(() => import('./graphql.js'));
    r.start(async (d, ctx) => {
      const { localAdmin } = identityOf(d, ctx);
      const subscription = d.events.subscribe(userChanged, ({ userId }) => localAdmin.forget(userId));
      ctx.signal.addEventListener('abort', () => subscription[Symbol.dispose](), { once: true });
      if (d.process.localMode) await localAdmin.get();
    });
  },
});
