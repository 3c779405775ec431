import { randomUUID } from 'node:crypto';
import type { Logger } from '@sextant/sdk';
import type { AuditActor, AuditTrail } from './api.js';

/** What headers say is written by the caller, and bounded. */
const MAX_HEADER = 300;

/** The person at the command line, who has the database and so needs no account. */
export const OPERATOR: AuditActor = { uid: 'operator' };

export class AuditLog implements AuditTrail {
  constructor(private readonly log: Logger) {}

  record(
    entity: string,
    action: string,
    who: AuditActor,
    fields: Readonly<Record<string, string | number | boolean | undefined>> = {},
  ): void {
    const { actor } = who;
    this.log.info(`${entity} ${action}`, {
      audit: {
        auditID: randomUUID(),
        entity,
        action,
        actor: {
          actorUID: who.uid ?? (actor?.userId === undefined ? (actor?.id ?? 'anonymous') : String(actor.userId)),
          ip: who.ip,
          userAgent: who.userAgent?.slice(0, MAX_HEADER),
          'X-Forwarded-For': who.forwardedFor?.slice(0, MAX_HEADER),
          fromAccessTokenID: who.fromAccessTokenId,
        },
        ...fields,
      },
    });
  }
}
