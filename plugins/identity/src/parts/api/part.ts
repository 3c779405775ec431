import { core, definePart } from '@sextant/sdk';
import { usersCsv } from '../../administration/users-csv.js';
import { userChanged } from '../../api.js';
import { config } from '../../config.js';
import { provideServices } from '../../provide-services.js';
import { identityStorage } from '../../storage/identity-storage.js';
import { accessRequestsOf, deps, identityOf, madeFor } from '../../wiring.js';
import {
  accessRequestNode,
  accessTokenNode,
  invitationNode,
  organizationNode,
  permissionNode,
  roleNode,
  teamNode,
  userNode,
} from './nodes.js';

export default definePart(config)({
  deps,
  register(r) {
    r.storage(identityStorage);
    provideServices(r);
    r.contribute(core.authenticators, (d, ctx) => identityOf(d, ctx).tokenAuthenticator(d.limits));
    r.contribute(core.authenticators, (d, ctx) => identityOf(d, ctx).localAdminAuthenticator);
    for (const node of [userNode, accessTokenNode, organizationNode, invitationNode, teamNode, roleNode, permissionNode])
      r.contribute(core.nodes, (d, ctx) => node(identityOf(d, ctx)));
    r.contribute(core.declaredPermissions, (d, ctx) => ({ list: () => identityOf(d, ctx).permissions.all() }));
    r.contribute(core.operationObservers, (d, ctx) => ({
      observe: ({ type, name, fields, actor }) =>
        identityOf(d, ctx).audit.observe('graphql', type, { actor }, { operation: name, fields: fields.join(' ') }),
    }));
    r.health(
      'audit-log',
      async (d) => {
        const reason = await madeFor(d).auditReader.problem();
        return reason === undefined ? { status: 'up' } : { status: 'degraded', reason };
      },
      { every: 30_000 },
    );
    r.contribute(core.nodes, (d) => accessRequestNode(accessRequestsOf(d)));
    r.http((router, d, ctx) => {
      const { siteUsers, audit } = identityOf(d, ctx);
      router.get(
        '/.api/users.csv',
        async ({ actor, signal }) => {
          // Nothing changes; before the first of it is sent, or nothing is.
          await audit.record('users', 'exported', { actor });
          const disposition = 'attachment; filename="users.csv"';
          return {
            headers: { 'content-type': 'text/csv; charset=utf-8', 'content-disposition': disposition, 'cache-control': 'no-store' },
            body: usersCsv(siteUsers, signal),
          };
        },
        { auth: 'site-admin' },
      );
    });
    r.graphql(() => import('./graphql.js'));
    r.start(async (d, ctx) => {
      const { localAdmin, permissions } = identityOf(d, ctx);
      // A declaration that is wrong shows its plugin as degraded from the start on, and not with the first person who asks.
      permissions.all();
      const subscription = d.events.subscribe(userChanged, ({ userId }) => localAdmin.forget(userId));
      ctx.signal.addEventListener('abort', () => subscription[Symbol.dispose](), { once: true });
      if (d.process.localMode) await localAdmin.get();
      // What a process that was killed has left behind.
      identityOf(d, ctx).chain.wake();
    });
    r.stop((d, ctx) => identityOf(d, ctx).audit.close());
  },
});
