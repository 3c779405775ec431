import { repositories, visibility } from '@sextant/plugin-code-host/api';
import { accountPolicy, auditTrail } from '@sextant/plugin-identity/api';
import { siteConfiguration } from '@sextant/plugin-site/api';
import type { Resolved } from '@sextant/sdk';
import { AccessExplainer } from '../../explain/access-explainer.js';
import { PermissionsInfos } from '../../explain/permissions-info.js';
import { ExplicitPermissions } from '../../explicit/explicit-permissions.js';
import { deps, syncsOf } from '../../wiring.js';

export const apiDeps = {
  ...deps,
  site: siteConfiguration,
  audit: auditTrail,
  policies: accountPolicy,
  repositories,
  wall: visibility,
} as const;

/** Holds no state of its own: made where it is needed. */
export function servicesOf(d: Resolved<typeof apiDeps>) {
  const { db, hosts, users, accounts, wall } = d;
  const { shared, jobs } = syncsOf(d);
  return {
    shared,
    jobs,
    infos: new PermissionsInfos(db, hosts),
    explicit: new ExplicitPermissions({ db, hosts, users, accounts, shared }),
    explainer: new AccessExplainer({ db, hosts, wall, accounts, jobs }),
    takeSettings: async () => shared.takeSettings(await d.site.effective()),
  };
}
