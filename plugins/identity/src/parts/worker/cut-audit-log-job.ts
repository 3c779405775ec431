import { defineJob, z } from '@sextant/sdk';

/** Cuts what `audit.keepFor` says is old enough. */
export const cutAuditLog = defineJob('identity.cut-audit-log', { payload: z.object({}) });
