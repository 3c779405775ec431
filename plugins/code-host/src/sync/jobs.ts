import { defineJob, z } from '@sextant/sdk';

const HOUR = 60 * 60_000;

/**
 * Lists one connection and takes over what changed. A failure of the host is no failure of the job: the connection's own schedule tries again. A list
 * takes as long as its host's limits make it; these let it wait for an hour at most.
 */
export const syncConnection = defineJob('code-host.sync-connection', {
  payload: z.object({
    connectionId: z.int(),
    /** Because it was due, and for no other reason: one that was listed since then is left alone. */
    due: z.boolean().optional(),
  }),
  maxAttempts: 5,
  timeout: 2 * HOUR,
  timeoutFrom: 'progress',
  waits: true,
});
/** Enqueues a sync for every connection that is due. */
export const syncDueConnections = defineJob('code-host.sync-due-connections', { payload: z.object({}) });
export const purgeRepositories = defineJob('code-host.purge-repositories', { payload: z.object({}), timeout: HOUR });
export const trimWebhookLog = defineJob('code-host.trim-webhook-log', { payload: z.object({}) });

/** One waiting sync of a connection at a time, and never two at once. */
export const syncOptions = (connectionId: number): { readonly key: string; readonly queue: string } => ({
  key: `connection:${connectionId}`,
  queue: `code-host.connection:${connectionId}`,
});
