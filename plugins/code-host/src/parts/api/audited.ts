import type { AuditTrail } from '@sextant/plugin-identity/api';
import type { Actor } from '@sextant/sdk';
import type { Alongside } from '../../storage/alongside.js';

/** What writes a change down, in the transaction of the change. */
export type Audited = (entity: string, action: string, actor: Actor) => Alongside;

/** `audit` is read at each change: the plugin that provides it may come later. */
export const auditedBy =
  (deps: { readonly audit: AuditTrail | undefined }): Audited =>
  (entity, action, actor) =>
  async (tx, { id, kind }) => {
    await deps.audit?.record(entity, action, { actor }, { id, kind }, { tx });
  };
