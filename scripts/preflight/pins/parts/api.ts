import { definePart } from '@sextant/sdk';
import { pinAdded } from '../api.js';
import { config } from '../config.js';
import { storage } from '../storage.js';
import { visiblePins } from '../visible-pins.js';
import { deps } from './deps.js';

export default definePart(config)({
  deps,
  register(r) {
    r.storage(storage);
    r.graphql(() => import('./graphql.js'));
    r.http((router, { db, visibility }) => {
      router.get('/.api/pins{/*rest}', async ({ actor, params, signal }) => {
        const pins = await visiblePins(db, await visibility.of(actor), 500);
        async function* lines(): AsyncIterable<string> {
          for (const pin of pins) {
            if (signal.aborted) return;
            if (pin.text.startsWith(params.rest ?? '')) yield `${JSON.stringify(pin)}\n`;
          }
        }
        return { headers: { 'content-type': 'application/x-ndjson' }, body: lines() };
      });
    });
    r.start(({ events, styles }, ctx) => {
      for (const { value, reject } of [...styles]) if (value.name === '') reject('a style needs a name');
      const subscription = events.subscribe(pinAdded, ({ id }) => ctx.log.info('a pin was added', { id }));
      ctx.signal.addEventListener('abort', () => subscription[Symbol.dispose](), { once: true });
    });
  },
});
