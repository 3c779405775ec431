import { definePart } from '@sextant/sdk';
import { config } from '../../config.js';
import { deliver, trimDeliveries } from '../../delivery/jobs.js';
import { sendDeliveryJob } from '../../delivery/send-delivery-job.js';
import { storage } from '../../storage/definition.js';
import { DeliveryStore } from '../../storage/delivery-store.js';
import { deps, storesOf } from '../../wiring.js';

const TRIM_EVERY = 10 * 60_000;

export default definePart(config)({
  deps,
  register(r) {
    r.storage(storage);
    r.job(deliver, ({ deliveryId }, d, job) => sendDeliveryJob(deliveryId, { ...storesOf(d), http: d.http, clock: d.clock }, job));
    r.job(trimDeliveries, (_payload, { db }, job) => new DeliveryStore(db).trim(job.config.logRetention));
    r.schedule({ id: 'trim-deliveries', job: trimDeliveries, every: TRIM_EVERY });
  },
});
