import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkRule, decideSlot, LATE, type ScheduleRule } from './schedule-slot.js';

const at = (text: string): Date => new Date(`2026-03-01T${text}Z`);

describe('by cron', () => {
  const hourly: ScheduleRule = { cron: '0 * * * *' };
  it('fires once when its time comes', () => {
    const slot = decideSlot(hourly, at('10:00:00'), at('11:00:00'), false);
    expect(slot).toEqual({ fire: true, last: at('11:00:00'), next: at('12:00:00') });
    expect(decideSlot(hourly, slot.last, at('11:00:05'), false).fire).toBe(false);
  });
  it('skips what was missed, or catches up once', () => {
    expect(decideSlot(hourly, at('01:00:00'), at('11:30:00'), false)).toEqual({ fire: false, last: at('11:00:00'), next: at('12:00:00') });
    expect(decideSlot(hourly, at('01:00:00'), at('11:30:00'), true)).toEqual({ fire: true, last: at('11:00:00'), next: at('12:00:00') });
  });
  it('does not repeat slots when the clock is set back an hour (hostile row 46)', () => {
    expect(decideSlot(hourly, at('11:00:00'), at('10:00:10'), true).fire).toBe(false);
  });
  it('forgets a slot of a clock that was far in the future (hostile row 46)', () => {
    const slot = decideSlot(hourly, new Date('2031-01-01T00:00:00Z'), at('10:20:00'), false);
    expect(slot).toEqual({ fire: false, last: at('10:00:00'), next: at('11:00:00') });
  });
});

describe('by interval', () => {
  const minutely: ScheduleRule = { every: 60_000 };
  it('fires when the interval has passed', () => {
    expect(decideSlot(minutely, at('10:00:00'), at('10:00:59'), false).fire).toBe(false);
    expect(decideSlot(minutely, at('10:00:00'), at('10:01:00'), false)).toEqual({ fire: true, last: at('10:01:00'), next: at('10:02:00') });
  });
  it('fires at the first start only to catch up', () => {
    expect(decideSlot(minutely, undefined, at('10:00:00'), true).fire).toBe(true);
    expect(decideSlot(minutely, undefined, at('10:00:00'), false).fire).toBe(false);
  });
  it('takes a shorter interval at once', () => {
    expect(decideSlot({ every: 3_600_000 }, at('10:00:00'), at('10:30:00'), false).next).toEqual(at('11:00:00'));
    expect(decideSlot({ every: 1_800_000 }, at('10:00:00'), at('10:30:00'), false).fire).toBe(true);
  });
  it('goes on when the clock was set back (hostile row 46)', () => {
    expect(decideSlot(minutely, at('10:30:00'), at('10:00:00'), false)).toEqual({
      fire: false,
      last: at('10:00:00'),
      next: at('10:01:00'),
    });
  });
});

it('fires each slot at most once and none too early, whoever asks when', () => {
  const rule = fc.oneof(
    fc.integer({ min: 1, max: 600 }).map((s): ScheduleRule => ({ every: s * 1_000 })),
    fc.constantFrom('*/5 * * * *', '0 3 * * *', '* * * * *', '15,45 */2 * * 1-5').map((cron): ScheduleRule => ({ cron })),
  );
  fc.assert(
    fc.property(
      rule,
      fc.boolean(),
      fc.array(fc.integer({ min: 0, max: 4 * LATE }), { minLength: 1, maxLength: 60 }),
      (chosen, catchUp, gaps) => {
        let now = at('00:00:00').getTime();
        let last: Date | undefined;
        const fired: number[] = [];
        for (const gap of gaps) {
          now += gap;
          const slot = decideSlot(chosen, last, new Date(now), catchUp);
          expect(slot.last.getTime()).toBeLessThanOrEqual(now);
          expect(slot.next.getTime()).toBeGreaterThan(now);
          if (last !== undefined) expect(slot.last.getTime()).toBeGreaterThanOrEqual(last.getTime());
          if (slot.fire) fired.push(slot.last.getTime());
          last = slot.last;
        }
        expect(new Set(fired).size).toBe(fired.length);
        if ('every' in chosen)
          for (const [i, time] of fired.entries()) if (i > 0) expect(time - fired[i - 1]!).toBeGreaterThanOrEqual(chosen.every);
      },
    ),
  );
});

it('refuses rules that make no sense', () => {
  for (const rule of [{ every: 10 }, { every: Number.NaN }, { cron: 'every day' }, { cron: '99 * * * *' }])
    expect(() => checkRule('x', rule)).toThrow(expect.objectContaining({ code: 'SEXTANT_JOB_SCHEDULE' }));
});
