import { cursorNumber, type PageArguments, pageOf, pageRequest, type Resolver } from '@sextant/sdk';
import type { User } from '../../api.js';
import type { AuditReader } from '../../audit/audit-reader.js';
import type { AuditFilter, KeptEntry } from '../../storage/audit-store.js';

type Fields = Readonly<Record<string, Resolver>>;

interface Arguments extends PageArguments {
  readonly entity?: string | null;
  readonly action?: string | null;
  readonly actor?: string | null;
  readonly since?: Date | null;
  readonly until?: Date | null;
}

const LIST = 'audit-log';
const LIMITS = { max: 1_000, default: 50 } as const;
const PERSON = /^[1-9]\d{0,8}$/;

export function auditResolvers(reader: AuditReader): { readonly types: Readonly<Record<string, Fields>>; readonly queries: Fields } {
  return {
    queries: {
      auditLog: async (_parent, args: Arguments) => {
        const { limit, after } = pageRequest(LIST, args, LIMITS);
        const filter = await reader.filterOf(args);
        await reader.catchUp();
        const rows = await reader.store.list(filter, { limit: limit + 1, before: cursorNumber(after) });
        return { ...pageOf(LIST, rows, limit, ({ position }) => String(position)), filter };
      },
    },
    types: {
      AuditLogConnection: { totalCount: ({ filter }: { filter: AuditFilter }) => reader.store.count(filter) },
      AuditLogEntry: {
        auditID: ({ entry }: KeptEntry) => entry.auditID,
        timestamp: ({ entry }: KeptEntry) => new Date(entry.timestamp),
        entity: ({ entry }: KeptEntry) => entry.entity,
        action: ({ entry }: KeptEntry) => entry.action,
        actorUID: ({ entry }: KeptEntry) => entry.actor.actorUID,
        actor: ({ entry }: KeptEntry, _args, op) =>
          PERSON.test(entry.actor.actorUID) ? op.loader<number, User | null>('users').load(Number(entry.actor.actorUID)) : null,
        ip: ({ entry }: KeptEntry) => entry.actor.ip ?? null,
        userAgent: ({ entry }: KeptEntry) => entry.actor.userAgent ?? null,
        forwardedFor: ({ entry }: KeptEntry) => entry.actor['X-Forwarded-For'] ?? null,
        accessTokenID: ({ entry }: KeptEntry) => entry.actor.fromAccessTokenID ?? null,
        sessionID: ({ entry }: KeptEntry) => entry.actor.fromSessionID ?? null,
        clientName: ({ entry }: KeptEntry) => entry.actor['X-Sourcegraph-API-Client-Name'] ?? null,
        clientVersion: ({ entry }: KeptEntry) => entry.actor['X-Sourcegraph-API-Client-Version'] ?? null,
        requestID: ({ entry }: KeptEntry) => entry.requestID ?? null,
        fields: ({ entry }: KeptEntry) => Object.entries(entry.fields).map(([name, value]) => ({ name, value: String(value) })),
      },
    },
  };
}
