import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MOST_ADDRESSES, RefusalAggregator } from './refusal-aggregator.js';

const limits = { window: 1_000, perAddress: 3, perWindow: 10 };

describe('refusals', () => {
  it('are each written or counted, never both, and written at most so often', () => {
    const event = fc.record({ kind: fc.constantFrom('a', 'b'), address: fc.nat(20), wait: fc.nat(400) });
    fc.assert(
      fc.property(fc.array(event, { maxLength: 200 }), (events) => {
        const aggregator = new RefusalAggregator(() => limits);
        let now = 0;
        let written = 0;
        let counted = 0;
        const sum = (all: boolean): void => {
          for (const { count, addresses } of aggregator.due(now, all)) {
            counted += count;
            expect(addresses).toBeGreaterThan(0);
            expect(addresses).toBeLessThanOrEqual(count);
          }
        };
        for (const { kind, address, wait } of events) {
          now += wait;
          sum(false);
          if (aggregator.admit(kind, 'failed', `192.0.2.${address}`, now)) written += 1;
        }
        sum(true);
        expect(written + counted).toBe(events.length);
        expect(written).toBeLessThanOrEqual(2 * limits.perWindow * (Math.floor(now / limits.window) + 1));
        expect(aggregator.pending).toBe(false);
      }),
    );
  });

  it('take a bounded place, whatever addresses and kinds come', () => {
    const aggregator = new RefusalAggregator(() => limits);
    const before = process.memoryUsage().heapUsed;
    for (let i = 0; i < 50_000; i++) aggregator.admit('auth', 'failed', `10.${i >> 16}.${(i >> 8) & 255}.${i & 255}`, 0);
    for (let i = 0; i < 5_000; i++) aggregator.admit(`kind-${i}`, 'failed', '192.0.2.1', 0);
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(32 << 20);
    const summaries = aggregator.due(1_000);
    expect(summaries.find(({ entity }) => entity === 'auth')).toMatchObject({ count: 49_990, addresses: MOST_ADDRESSES });
    expect(summaries.length).toBeLessThanOrEqual(201);
  });
});
