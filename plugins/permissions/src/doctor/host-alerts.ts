import type { SiteAlertSource } from '@sextant/plugin-site/api';
import type { Storage } from '@sextant/sdk';

/** Hosts that have not answered about permissions for an hour: what they said before stands, and grows old. */
export const hostAlerts = (db: Storage): SiteAlertSource => ({
  audience: 'site-admins',
  async alerts() {
    const failing = await db.query<{ service_id: string; since: Date }>(
      `SELECT service_id, min(failing_since) AS since FROM hosts WHERE failing_since < now() - interval '1 hour' GROUP BY service_id ORDER BY service_id LIMIT 20`,
    );
    return failing.map(({ service_id, since }) => ({
      type: 'WARNING' as const,
      message: `${service_id} has not answered about permissions since ${since.toISOString()}: who lost access there since then still sees its repositories here. See permissionsSyncJobs.`,
      isDismissibleWithKey: `permissions-host-${service_id}-${since.getTime()}`,
    }));
  },
});
