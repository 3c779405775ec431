import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseTime } from './dates.js';
import { parseQuery } from './parse-query.js';

/** A Wednesday. */
const now = new Date('2024-05-15T12:30:00Z');
const iso = (text: string, at = now) => parseTime(text, at)?.toISOString();

describe('the documented forms of before: and after:', () => {
  it.each([
    ['november 1 2019', '2019-11-01T00:00:00.000Z'],
    ['1 november 2019', '2019-11-01T00:00:00.000Z'],
    ['2019.11.1', '2019-11-01T00:00:00.000Z'],
    ['11/1/2019', '2019-11-01T00:00:00.000Z'],
    ['01.11.2019', '2019-11-01T00:00:00.000Z'],
    ['Thu, 07 Apr 2005 22:13:13 +0200', '2005-04-07T20:13:13.000Z'],
    ['2005-04-07', '2005-04-07T00:00:00.000Z'],
    ['2005-04-07T22:13:13', '2005-04-07T22:13:13.000Z'],
    ['2005-04-07T22:13:13+07:00', '2005-04-07T15:13:13.000Z'],
    ['yesterday', '2024-05-14T00:00:00.000Z'],
    ['last thursday', '2024-05-09T00:00:00.000Z'],
    ['5 days ago', '2024-05-10T12:30:00.000Z'],
    ['20 minutes ago', '2024-05-15T12:10:00.000Z'],
    ['6 weeks ago', '2024-04-03T12:30:00.000Z'],
    ['3:00', '2024-05-15T03:00:00.000Z'],
    ['3:00:30', '2024-05-15T03:00:30.000Z'],
    ['3pm', '2024-05-15T15:00:00.000Z'],
    ['3 PM', '2024-05-15T15:00:00.000Z'],
    ['at 3:15pm', '2024-05-15T15:15:00.000Z'],
    ['3:00 +0200', '2024-05-15T01:00:00.000Z'],
    ['noon', '2024-05-15T12:00:00.000Z'],
    ['yesterday noon', '2024-05-14T12:00:00.000Z'],
    ['1632782809', '2021-09-27T22:46:49.000Z'],
    ['1632782809 -0600', '2021-09-27T22:46:49.000Z'],
    ['@1632782809 +05:30', '2021-09-27T22:46:49.000Z'],
  ])('%s is %s', (text, expected) => expect(iso(text)).toBe(expected));

  it.each(['1632782809 banana', '1632782809 -0660', '1632782809 +2500', '25:00', '13pm', '0pm', '3:60', 'noon pm', '3:00 +2500'])(
    '%s is none',
    (text) => expect(parseTime(text, now)).toBeUndefined(),
  );
});

describe('the reader of times', () => {
  const words = [
    '3pm',
    'ago',
    'last',
    'noon',
    'at',
    'november',
    '1632782809',
    '-0600',
    '2 weeks',
    '3:00',
    '2019.11.1',
    'thu',
    '+',
    '.',
    ' ',
    '99',
  ];
  const text = fc.oneof(
    fc.string({ maxLength: 40 }),
    fc.array(fc.constantFrom(...words), { maxLength: 8 }).map((parts) => parts.join(' ')),
  );

  it('never throws, and gives a time or nothing', () => {
    fc.assert(
      fc.property(text, (written) => {
        const time = parseTime(written, now);
        if (time !== undefined) expect(Number.isNaN(time.getTime())).toBe(false);
      }),
    );
  });

  it('answers nonsense with an error at its place and a query that can be read', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z]{2,12}$/), (word) => {
        fc.pre(parseTime(word, now) === undefined);
        const parsed = parseQuery(`type:commit before:"${word}"`, { patternType: 'standard' });
        if (parsed.ok) throw new Error(`${word} was read`);
        const fix = parsed.errors[0]?.fix;
        expect(parsed.errors[0]?.message).toContain(`"${word}" is not a time`);
        expect(fix && parseQuery(fix.query, { patternType: 'standard' }).ok).toBe(true);
      }),
    );
  });

  it('goes further back the more is written', () => {
    const unit = fc.constantFrom('second', 'minute', 'hour', 'day', 'week', 'month', 'year');
    const count = fc.integer({ min: 0, max: 1000 });
    fc.assert(
      fc.property(count, count, unit, (a, b, name) => {
        const [first, second] = [parseTime(`${a} ${name}s ago`, now), parseTime(`${b} ${name}s ago`, now)];
        expect(Math.sign((second?.getTime() ?? Number.NaN) - (first?.getTime() ?? Number.NaN))).toBe(Math.sign(a - b));
      }),
    );
  });

  it('keeps the order of moments, in whichever form they are written', () => {
    const moment = fc.integer({ min: 100_000_000, max: 4_000_000_000 });
    const asIso = (seconds: number) => new Date(seconds * 1000).toISOString();
    const form = fc.constantFrom<(s: number) => string>(
      asIso,
      String,
      (s) => `${s} -0600`,
      (s) => new Date(s * 1000).toUTCString(),
    );
    fc.assert(
      fc.property(moment, moment, form, form, (a, b, one, other) => {
        const [first, second] = [parseTime(one(a), now), parseTime(other(b), now)];
        expect((second?.getTime() ?? Number.NaN) - (first?.getTime() ?? Number.NaN)).toBe((b - a) * 1000);
      }),
    );
  });

  it('moves with the clock', () => {
    const later = fc.integer({ min: 0, max: 1_000_000_000 });
    const relative = fc.constantFrom(
      'now',
      'today',
      'yesterday',
      '3pm',
      '3:00',
      'noon',
      'last thursday',
      '2 weeks ago',
      'november 1',
      'this month',
    );
    fc.assert(
      fc.property(later, later, relative, (a, b, written) => {
        const [early, late] = a < b ? [a, b] : [b, a];
        const at = (seconds: number) => parseTime(written, new Date(now.getTime() + seconds * 1000))?.getTime() ?? Number.NaN;
        expect(at(late)).toBeGreaterThanOrEqual(at(early));
      }),
    );
  });
});
