import { core, definePart } from '@sextant/sdk';
import { userChanged } from '../../api.js';
import { config } from '../../config.js';
import { provideServices } from '../../provide-services.js';
import { identityStorage } from '../../storage/identity-storage.js';
import { deps, identityOf } from '../../wiring.js';
import { accessTokenNode, organizationNode, userNode } from './nodes.js';

export default definePart(config)({
  deps,
  register(r) {
    r.storage(identityStorage);
    provideServices(r);
    r.contribute(core.authenticators, (d, ctx) => identityOf(d, ctx).authenticator(d.limits));
    r.contribute(core.nodes, (d, ctx) => userNode(identityOf(d, ctx)));
    r.contribute(core.nodes, (d, ctx) => accessTokenNode(identityOf(d, ctx)));
    r.contribute(core.nodes, (d, ctx) => organizationNode(identityOf(d, ctx)));
    r.graphql(() => import('./graphql.js'));
    r.start(async (d, ctx) => {
      const { localAdmin } = identityOf(d, ctx);
      const subscription = d.events.subscribe(userChanged, ({ userId }) => localAdmin.forget(userId));
      ctx.signal.addEventListener('abort', () => subscription[Symbol.dispose](), { once: true });
      if (d.process.localMode) await localAdmin.get();
    });
  },
});
