import { permissionSources } from '@sextant/plugin-code-host/api';
import { core, definePart, z } from '@sextant/sdk';
import { config } from '../../config.js';
import { SyncedPermissions } from '../../grants/permission-source.js';
import { storage } from '../../storage/definition.js';
import { explainAccess, explainDeps } from './explain-access.js';

export default definePart(config)({
  deps: { ...explainDeps, clock: core.clock },
  register(r) {
    r.storage(storage);
    r.contribute(permissionSources, ({ db, hosts, users, clock }) => new SyncedPermissions(db, hosts, users, clock));
    r.command({
      name: 'access explain',
      summary: 'Tells why a user sees a repository or does not, and what would change it',
      arguments: z.object({
        user: z.string().describe('Username').meta({ positional: true }),
        repository: z.string().describe('Name of the repository').meta({ positional: true }),
      }),
      run: (args: { readonly user: string; readonly repository: string }, deps, { out }) => explainAccess(args, deps, out),
    });
  },
});
