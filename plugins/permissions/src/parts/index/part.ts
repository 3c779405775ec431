import { permissionSources } from '@sextant/plugin-code-host/api';
import { definePart } from '@sextant/sdk';
import { config } from '../../config.js';
import { SyncedPermissions } from '../../grants/permission-source.js';
import { storage } from '../../storage/definition.js';
import { sourceDeps } from '../../wiring.js';

/** The wall stands wherever repositories are asked for. */
export default definePart(config)({
  deps: sourceDeps,
  register(r) {
    r.storage(storage);
    r.contribute(permissionSources, ({ db, hosts, users, clock }) => new SyncedPermissions(db, hosts, users, clock));
  },
});
