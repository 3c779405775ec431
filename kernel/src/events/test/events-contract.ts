import { defineEvent, type Events, type Tx, z } from '@sextant/sdk';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

/** Two processes that share a backend, and transactions of the main database and of another one. */
export interface EventsSubject {
  readonly here: Events;
  readonly there: Events;
  /** Of the same process as `here`, for another plugin. */
  readonly besides: Events;
  readonly transactions: readonly (<R>(work: (tx: Tx) => Promise<R>) => Promise<R>)[];
  close(): Promise<void>;
}

const moved = defineEvent('tester.moved@1', z.object({ id: z.number(), text: z.string().optional() }));
const other = defineEvent('tester.other@1', z.object({ id: z.number() }));

/** What every backend of events must do. */
export function describeEventsContract(backend: string, make: () => Promise<EventsSubject>): void {
  describe(`events by ${backend}`, () => {
    let subject: EventsSubject;
    beforeEach(async () => {
      subject = await make();
    });
    afterEach(() => subject.close());

    it('refuses what is no event, and a listener that is none', async () => {
      for (const event of [undefined, 'tester.moved@1', { key: 'tester.moved@1' }]) {
        const refusal = expect.objectContaining({ code: 'SEXTANT_EVENT_INVALID', why: expect.stringContaining('made by defineEvent()') });
        expect(() => subject.here.subscribe(event as never, () => undefined)).toThrow(refusal);
        await expect(subject.here.publish(event as never, {})).rejects.toEqual(refusal);
      }
      expect(() => subject.here.subscribe(moved, 'log it' as never)).toThrow('The listener is "log it", not a function');
      expect(() => defineEvent('moved' as never, z.object({}))).toThrow(expect.objectContaining({ code: 'SEXTANT_TOKEN_KEY' }));
    });

    /** Collects ids; `arrived(n)` resolves when n of them are there. */
    const collect = (events: Events, event = moved as typeof other) => {
      const ids: number[] = [];
      let wake = (): void => undefined;
      const subscription = events.subscribe(event, ({ id }) => {
        ids.push(id);
        wake();
      });
      const arrived = async (n: number): Promise<number[]> => {
        while (ids.length < n) await new Promise<void>((resolve) => (wake = resolve));
        return ids;
      };
      return { ids, arrived, subscription };
    };

    it('reach this process and the others, once each', async () => {
      const all = [collect(subject.here), collect(subject.besides), collect(subject.there)];
      await subject.here.publish(moved, { id: 1 });
      await subject.here.publish(moved, { id: 2 });
      for (const one of all) expect(await one.arrived(2)).toEqual([1, 2]);
      await subject.there.publish(moved, { id: 3 });
      for (const one of all) expect(await one.arrived(3)).toEqual([1, 2, 3]);
    });

    it('have an id, the same for all who hear them, and another for each', async () => {
      const heard = [subject.here, subject.there].map((events) => {
        const notices: string[] = [];
        let wake = (): void => undefined;
        events.subscribe(moved, (_payload, notice) => {
          notices.push(notice.id);
          wake();
        });
        return async (): Promise<string[]> => {
          while (notices.length < 2) await new Promise<void>((resolve) => (wake = resolve));
          return notices;
        };
      });
      for (const id of [1, 2]) await subject.here.publish(moved, { id });
      const [here = [], there = []] = await Promise.all(heard.map((both) => both()));
      expect(there).toEqual(here);
      expect(new Set(here).size).toBe(2);
    });

    it('reach the subscribers of their key only, until they are disposed', async () => {
      const others = collect(subject.there, other);
      const gone = collect(subject.there);
      gone.subscription[Symbol.dispose]();
      await subject.here.publish(moved, { id: 1 });
      await subject.here.publish(other, { id: 2 });
      expect(await others.arrived(1)).toEqual([2]);
      expect(gone.ids).toEqual([]);
    });

    it('are sent when their transaction commits, and never when it does not', async () => {
      for (const [i, transaction] of subject.transactions.entries()) {
        const [near, far] = [collect(subject.here), collect(subject.there)];
        await transaction(async (tx) => {
          await subject.here.publish(moved, { id: 10 + i }, { tx });
          expect(near.ids).toEqual([]);
        });
        await transaction(async (tx) => {
          await subject.here.publish(moved, { id: 20 + i }, { tx });
          throw new Error('no');
        }).catch(() => undefined);
        await subject.here.publish(moved, { id: 30 + i });
        expect(await near.arrived(2)).toEqual([10 + i, 30 + i]);
        expect(await far.arrived(2)).toEqual([10 + i, 30 + i]);
        near.subscription[Symbol.dispose]();
        far.subscription[Symbol.dispose]();
      }
    });

    it('carry 4 KB and refuse more, and refuse what does not fit', async () => {
      const far = collect(subject.there);
      const text = (size: number): string => '"'.repeat((size - '{"id":1,"text":""}'.length) / 2);
      await subject.here.publish(moved, { id: 1, text: text(4_096) });
      expect(await far.arrived(1)).toEqual([1]);
      await expect(subject.here.publish(moved, { id: 1, text: text(4_098) })).rejects.toMatchObject({ code: 'SEXTANT_EVENT_TOO_LARGE' });
      await expect(subject.here.publish(moved, { id: 'one' } as never)).rejects.toMatchObject({ code: 'SEXTANT_EVENT_INVALID' });
    });

    it('go on when a listener throws', async () => {
      subject.here.subscribe(moved, () => {
        throw new Error('mine alone');
      });
      const near = collect(subject.here);
      await subject.here.publish(moved, { id: 1 });
      expect(await near.arrived(1)).toEqual([1]);
    });
  });
}
