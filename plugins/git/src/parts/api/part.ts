import { freshnessSteps, repositoryFilters, repositorySizes } from '@sextant/plugin-code-host/api';
import { outboundEventTypes } from '@sextant/plugin-outbound-webhooks/api';
import { systemChecks } from '@sextant/plugin-site/api';
import { core, definePart, encodeNodeId } from '@sextant/sdk';
import { mirrors, mirrorUpdated } from '../../api.js';
import { config } from '../../config.js';
import { mirrorCheck } from '../../doctor/mirror-check.js';
import { mirrorSteps } from '../../freshness/mirror-steps.js';
import { mirrorsOf } from '../../schedule/mirrors-of.js';
import { gitStorage } from '../../storage/git-storage.js';
import { MirrorTable } from '../../storage/mirror-table.js';
import { commitNode, refNode } from './nodes.js';
import { rawRoute } from './raw-route.js';
import { refreshRoute } from './refresh-route.js';
import { deps } from './wiring.js';

export default definePart(config)({
  deps,
  register(r) {
    r.storage(gitStorage);
    r.provide(mirrors, mirrorsOf);
    r.contribute(core.nodes, (d) => commitNode(d));
    r.contribute(core.nodes, (d) => refNode(d));
    r.contribute(repositoryFilters, (d) => ({ name: 'cloned' as const, having: () => new MirrorTable(d.db).clonedIds() }));
    r.contribute(repositorySizes, (d) => ({ bytes: (ids) => new MirrorTable(d.db).sizes(ids) }));
    r.contribute(freshnessSteps, (d, ctx) => mirrorSteps(d, () => ctx.config.get().autoUpdate));
    r.contribute(systemChecks, (d) => mirrorCheck({ table: new MirrorTable(d.db), mirrors: mirrorsOf(d), wall: d.visibility }));
    r.contribute(outboundEventTypes, () => ({
      key: 'repository:clone',
      description: 'A repository was cloned, for the first time or anew.',
      event: mirrorUpdated,
      events: ({ cloned, repositoryId, name, head }) =>
        cloned ? [{ scope: name, body: { repository: { id: encodeNodeId('Repository', repositoryId), name }, head } }] : [],
    }));
    r.graphql(() => import('./graphql.js'));
    r.http((router, d, ctx) => {
      const raw = rawRoute(d, () => ctx.config.get().maxArchiveSize);
      router.get('/*repo/-/raw{/*path}', raw, { timeout: 0 });
      router.head('/*repo/-/raw{/*path}', raw, { timeout: 60_000 });
      router.post('/.api/repos/*name/-/refresh', refreshRoute(d));
    });
  },
});
