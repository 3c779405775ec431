import { permissionSources } from '@sextant/plugin-code-host/api';
import {
  siteAlerts,
  siteConfigurationChanged,
  siteConfigurationSchemas,
  siteConfigurationWarnings,
  systemChecks,
} from '@sextant/plugin-site/api';
import { type Actor, core, definePart } from '@sextant/sdk';
import { config } from '../../config.js';
import { hostAlerts } from '../../doctor/host-alerts.js';
import { permissionCheck } from '../../doctor/permission-check.js';
import { takenNames } from '../../explicit/taken-names.js';
import { SyncedPermissions } from '../../grants/permission-source.js';
import { siteSettings } from '../../site-settings.js';
import { storage } from '../../storage/definition.js';
import { apiDeps, servicesOf } from './wiring.js';

export default definePart(config)({
  deps: apiDeps,
  register(r) {
    r.storage(storage);
    r.contribute(permissionSources, ({ db, hosts, users, clock }) => new SyncedPermissions(db, hosts, users, clock));
    r.contribute(siteConfigurationSchemas, () => siteSettings);
    r.contribute(siteConfigurationWarnings, ({ policies }) => takenNames(policies));
    r.contribute(siteAlerts, ({ db }) => hostAlerts(db));
    r.contribute(systemChecks, ({ db, hosts }) => permissionCheck(db, hosts));
    r.contribute(core.nodes, (d) => {
      const { jobs } = servicesOf(d);
      const find = async (text: string, actor: Actor) => (await jobs.find(Number(text), await d.wall.of(actor))) ?? null;
      return {
        kind: 'PermissionsSyncJob',
        // For anybody but a site admin none is there.
        load: async (text, { actor }) => (actor.siteAdmin && /^[1-9]\d{0,8}$/.test(text) ? find(text, actor) : null),
      };
    });
    r.graphql(() => import('./graphql.js'));
    let changes: Disposable | undefined;
    r.start(async (d, ctx) => {
      const { takeSettings } = servicesOf(d);
      changes = d.events.subscribe(siteConfigurationChanged, () =>
        takeSettings().catch((error: unknown) => ctx.log.error('The settings of permissions could not be taken over', { error })),
      );
      await takeSettings();
    });
    r.stop(() => changes?.[Symbol.dispose]());
  },
});
