import { core, definePart } from '@sextant/sdk';
import { accessTokenPolicy, auditTrail, organizations, userChanged, users } from '../../api.js';
import { config } from '../../config.js';
import { identityStorage } from '../../storage/identity-storage.js';
import { accessTokenNode, organizationNode, userNode } from './nodes.js';
import { deps, identityOf, madeFor, provideAuditTrail } from './wiring.js';

export default definePart(config)({
  deps,
  register(r) {
    r.storage(identityStorage);
    r.provide(users, (d, ctx) => identityOf(d, ctx).users);
    r.provide(organizations, (d, ctx) => identityOf(d, ctx).organizations);
    r.provide(accessTokenPolicy, (_d, ctx) => ({ current: () => ctx.config.get().accessTokens }));
    r.provide(auditTrail, provideAuditTrail);
    r.contribute(core.authenticators, (d, ctx) => identityOf(d, ctx).authenticator(d.limits));
    r.contribute(core.operationObservers, (d, ctx) => ({
      observe: ({ type, name, fields, actor }) =>
        identityOf(d, ctx).audit.observe('graphql', type, { actor }, { operation: name, fields: fields.join(' ') }),
    }));
    r.contribute(core.nodes, (d, ctx) => userNode(identityOf(d, ctx)));
    r.contribute(core.nodes, (d, ctx) => accessTokenNode(identityOf(d, ctx)));
    r.contribute(core.nodes, (d, ctx) => organizationNode(identityOf(d, ctx)));
    r.health(
      'audit-log',
      async (d) => {
        const reason = await madeFor(d).auditReader.problem();
        return reason === undefined ? { status: 'up' } : { status: 'degraded', reason };
      },
      { every: 30_000 },
    );
    r.graphql(() => import('./graphql.js'));
    r.start(async (d, ctx) => {
      const { localAdmin } = identityOf(d, ctx);
      const subscription = d.events.subscribe(userChanged, ({ userId }) => localAdmin.forget(userId));
      ctx.signal.addEventListener('abort', () => subscription[Symbol.dispose](), { once: true });
      if (d.process.localMode) await localAdmin.get();
      // What a process that was killed has left behind.
      identityOf(d, ctx).chain.wake();
    });
    r.stop((d, ctx) => identityOf(d, ctx).audit.close());
  },
});
