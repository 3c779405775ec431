import { randomUUID } from 'node:crypto';
import type { AdministrativeAct, RequestOrigin } from '@sextant/sdk';
import type { AuditActor, AuditFields } from '../api.js';

/** As it is hashed and kept. The names under `actor` are the field's. */
export interface AuditEntry {
  readonly auditID: string;
  /** ISO 8601, UTC, milliseconds. */
  readonly timestamp: string;
  readonly entity: string;
  readonly action: string;
  readonly actor: {
    readonly actorUID: string;
    readonly ip?: string | undefined;
    readonly userAgent?: string | undefined;
    readonly 'X-Forwarded-For'?: string | undefined;
    readonly fromAccessTokenID?: number | undefined;
    readonly fromSessionID?: string | undefined;
    readonly 'X-Sourcegraph-API-Client-Name'?: string | undefined;
    readonly 'X-Sourcegraph-API-Client-Version'?: string | undefined;
  };
  readonly requestID?: string | undefined;
  readonly fields: AuditFields;
}

/** The person at the command line, who has the database and so needs no account. */
export const OPERATOR: AuditActor = { uid: 'operator' };

/** Characters of one text: what callers write is bounded. */
const LONGEST_HEADER = 300;
const LONGEST_FIELD = 1_000;
// Headers are written by callers, who may paste a token into any of them.
const TOKEN = /[0-9a-f]{40}/gi;

const header = (text: string | undefined): string | undefined => text?.slice(0, LONGEST_HEADER).replace(TOKEN, 'REDACTED');

export function auditEntry(
  entity: string,
  action: string,
  {
    who,
    request,
    fields,
    at,
  }: { readonly who: AuditActor; readonly request: RequestOrigin | undefined; readonly fields: AuditFields; readonly at: Date },
): AuditEntry {
  const { actor } = who;
  const [, kind, id] = /^(token|session):(.*)$/.exec(actor?.credential ?? '') ?? [];
  return {
    auditID: randomUUID(),
    timestamp: at.toISOString(),
    entity,
    action,
    actor: {
      actorUID: who.uid ?? (actor?.userId === undefined ? (actor?.id ?? 'anonymous') : String(actor.userId)),
      ip: who.ip ?? request?.remoteAddress,
      userAgent: header(who.userAgent ?? request?.userAgent),
      'X-Forwarded-For': header(who.forwardedFor ?? request?.forwardedFor),
      fromAccessTokenID: who.fromAccessTokenId ?? (kind === 'token' ? Number(id) : undefined),
      fromSessionID: kind === 'session' ? id : undefined,
      'X-Sourcegraph-API-Client-Name': header(request?.clientName),
      'X-Sourcegraph-API-Client-Version': header(request?.clientVersion),
    },
    requestID: request?.requestId,
    fields: bounded(fields),
  };
}

/** What the kernel did for somebody, as an entry. */
export const entryOfAct = ({ at, entity, action, actor, uid, request, fields }: AdministrativeAct): AuditEntry =>
  auditEntry(entity, action, { who: uid === undefined ? (actor ? { actor } : OPERATOR) : { uid }, request, fields, at });

const bounded = (fields: AuditFields): AuditFields =>
  Object.fromEntries(
    Object.entries(fields).map(([key, value]) => [key, typeof value === 'string' ? value.slice(0, LONGEST_FIELD) : value]),
  );
