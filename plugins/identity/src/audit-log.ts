import { randomUUID } from 'node:crypto';
import type { Actor, Logger } from '@sextant/sdk';

/** Who did it, as far as the request tells. */
export interface AuditActor {
  readonly actor?: Actor;
  readonly ip?: string;
  readonly userAgent?: string;
  readonly forwardedFor?: string;
  readonly fromAccessTokenId?: number;
}

/** Writes one structured log line per event that an auditor asks about. Never hand it the text of a credential. */
export class AuditLog {
  constructor(private readonly log: Logger) {}

  /** `entity` and `action` are the field's names, such as `auth.accessToken` and `failed`. */
  record(
    entity: string,
    action: string,
    who: AuditActor,
    fields: Readonly<Record<string, string | number | boolean | undefined>> = {},
  ): void {
    this.log.info(`${entity} ${action}`, {
      audit: {
        auditID: randomUUID(),
        entity,
        action,
        actor: {
          actorUID: who.actor?.userId === undefined ? (who.actor?.id ?? 'anonymous') : String(who.actor.userId),
          ip: who.ip,
          userAgent: who.userAgent?.slice(0, 300),
          'X-Forwarded-For': who.forwardedFor?.slice(0, 300),
          fromAccessTokenID: who.fromAccessTokenId,
        },
        ...fields,
      },
    });
  }
}
