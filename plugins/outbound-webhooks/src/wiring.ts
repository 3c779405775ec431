import { auditTrail } from '@sextant/plugin-identity/api';
import { core, type Resolved } from '@sextant/sdk';
import { outboundEventTypes } from './api.js';
import { acceptedTypes } from './delivery/tell-webhooks.js';
import './errors.js';
import { DeliveryStore } from './storage/delivery-store.js';
import { WebhookStore } from './storage/webhook-store.js';

/** What both the part that people ask and the one that sends are built on. */
export const deps = {
  db: core.storage,
  secrets: core.secrets,
  events: core.events,
  jobs: core.jobs,
  http: core.http,
  clock: core.clock,
  types: outboundEventTypes,
} as const;
export const apiDeps = { ...deps, process: core.process, audit: auditTrail } as const;

export type ApiDeps = Resolved<typeof apiDeps>;

/** The stores hold no state of their own: made where they are needed. */
export function storesOf({ db, secrets, types }: Pick<Resolved<typeof deps>, 'db' | 'secrets' | 'types'>) {
  const known = () => acceptedTypes(types).map(({ key }) => key);
  return { webhooks: new WebhookStore(db, secrets, known), deliveries: new DeliveryStore(db) };
}
