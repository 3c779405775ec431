const UNIT_NAMES = ['second', 'minute', 'hour', 'day', 'week', 'month', 'year'] as const;
type Unit = (typeof UNIT_NAMES)[number];

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const WEEKDAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
const NUMBERS = ['zero', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten', 'eleven', 'twelve'];
const FIXED: Readonly<Partial<Record<Unit, number>>> = { second: 1e3, minute: 6e4, hour: 36e5, day: 864e5, week: 6048e5 };

/**
 * Reads a point in time: ISO dates and times, seconds since 1970, `yesterday`, `2 weeks ago`, `1 week 2 days ago`, `last month`, `this month`,
 * `last friday`, `january 2024`, `Jan 2 2024`, `2 Jan 2024`, `november 1` (the last one), `1/31/2024`, `31.1.2024`, each day with a time behind it if
 * wanted, and a time alone, `3pm` or `3:00`, which is today's. Dots may stand for blanks. A date without a time is the start of that day; what names no
 * zone is UTC. Undefined when it is none of these.
 */
export function parseTime(text: string, now: Date): Date | undefined {
  const words = text.trim().toLowerCase().replace(/,/g, ' ').replace(/\s+/g, ' ');
  if (words === '') return undefined;
  return valid(absolute(words, now) ?? relative(words.replace(/(?<=[a-z\d])\.(?=[a-z])/g, ' '), now));
}

function valid(date: Date | undefined): Date | undefined {
  return date !== undefined && Number.isNaN(date.getTime()) ? undefined : date;
}

function absolute(text: string, now: Date): Date | undefined {
  const unix = /^@?(\d{9,11})(?: (.+))?$/.exec(text);
  // git writes the author's zone behind the seconds; the moment is the same.
  if (unix !== null) return unix[2] === undefined || zoneOffset(unix[2]) !== undefined ? new Date(Number(unix[1]) * 1000) : undefined;
  const iso = /^(\d{4})[-/.](\d{1,2})(?:[-/.](\d{1,2}))?(?:[t ](.+))?$/.exec(text);
  if (iso !== null) return dated(Number(iso[1]), Number(iso[2]) - 1, Number(iso[3] ?? 1), iso[4]);
  const slashes = /^(\d{1,2})\/(\d{1,2})\/(\d{4})(?: (.+))?$/.exec(text);
  if (slashes !== null) return dated(Number(slashes[3]), Number(slashes[1]) - 1, Number(slashes[2]), slashes[4]);
  const dots = /^(\d{1,2})\.(\d{1,2})\.(\d{4})(?: (.+))?$/.exec(text);
  if (dots !== null) return dated(Number(dots[3]), Number(dots[2]) - 1, Number(dots[1]), dots[4]);
  const withoutDay = text.replace(/^(?:sun|mon|tue|wed|thu|fri|sat)[a-z]* (?=.*\d)/, '');
  const monthFirst = /^([a-z]{3,9})(?: (\d{1,2})(?:st|nd|rd|th)?)?(?: (\d{4}))?( .+)?$/.exec(withoutDay);
  const dayFirst = /^(\d{1,2})(?:st|nd|rd|th)? ([a-z]{3,9})(?: (\d{4}))?( .+)?$/.exec(withoutDay);
  const [month, day, year, time] = dayFirst !== null ? [dayFirst[2], dayFirst[1], dayFirst[3], dayFirst[4]] : (monthFirst?.slice(1) ?? []);
  if (month === undefined || (year === undefined && day === undefined)) return undefined;
  const index = named(MONTHS, month, [
    'january',
    'february',
    'march',
    'april',
    'june',
    'july',
    'august',
    'september',
    'october',
    'november',
    'december',
    'sept',
  ]);
  if (index === undefined) return undefined;
  return year === undefined ? lastDay(index, Number(day), time?.trim(), now) : dated(Number(year), index, Number(day ?? 1), time?.trim());
}

/** A leap day is eight years away at most. */
const MAX_YEARS_BACK = 8;

/** The last such day that has begun. */
function lastDay(month: number, day: number, time: string | undefined, now: Date): Date | undefined {
  const year = now.getUTCFullYear();
  const days = Array.from({ length: MAX_YEARS_BACK + 1 }, (_, back) => dated(year - back, month, day, time));
  return days.find((date) => date !== undefined && date <= now);
}

/** @param time a time of day with an optional zone, behind the date */
function dated(year: number, month: number, day: number, time?: string): Date | undefined {
  const midnight = new Date(Date.UTC(year, month, day));
  if (month > 11 || midnight.getUTCMonth() !== month || midnight.getUTCDate() !== day) return undefined;
  if (time === undefined || time === '') return midnight;
  const match = /^(?:at )?(\d{1,2})(?::(\d{2})|(?= ?[ap]m))(?::(\d{2})(?:\.(\d{1,3})\d*)?)? ?(am|pm)? ?(z|utc|gmt|[+-].*)?$/.exec(
    time.replace(/^(?:at )?noon$/, '12:00'),
  );
  if (match === null) return undefined;
  const [, h, m = '0', s = '0', fraction = '0', half, zone] = match;
  const offset = zoneOffset(zone ?? 'utc');
  if (offset === undefined || (half !== undefined && (Number(h) < 1 || Number(h) > 12))) return undefined;
  const hours = half === undefined ? Number(h) : (Number(h) % 12) + (half === 'pm' ? 12 : 0);
  if (hours > 24 || Number(m) > 59 || Number(s) > 60) return undefined;
  return new Date(midnight.getTime() + ((hours * 60 + Number(m) - offset) * 60 + Number(s)) * 1000 + Number(fraction.padEnd(3, '0')));
}

/** Minutes east of UTC. */
function zoneOffset(zone: string): number | undefined {
  if (/^(?:z|utc|gmt)$/.test(zone)) return 0;
  const [, sign, hours, minutes] = /^([+-])(\d{2}):?(\d{2})$/.exec(zone) ?? [];
  if (Number(hours ?? 24) > 23 || Number(minutes) > 59) return undefined;
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes));
}

function relative(text: string, now: Date): Date | undefined {
  if (text === 'now') return now;
  if (text === 'today' || text === 'midnight') return startOfDay(now);
  if (text === 'yesterday') return back(startOfDay(now), 1, 'day');
  const ofToday = /^(?:at )?(?:noon$|\d{1,2}(?::| ?[ap]m))/.test(text);
  if (ofToday) return at(startOfDay(now), text);
  const timed = /^(.*?[a-z])(?: at)? (noon|\d{1,2}(?::| ?[ap]m).*)$/.exec(text);
  if (timed !== null) return at(relative(timed[1] as string, now), timed[2] as string);
  const several = /^((?:\w+ [a-z]+(?: and)? )+?)(\w+ [a-z]+ ago)$/.exec(text);
  if (several !== null) {
    const first = relative(`${(several[1] as string).trim().replace(/ and$/, '')} ago`, now);
    return first && relative(several[2] as string, first);
  }
  const current = /^this (week|month|year)$/.exec(text)?.[1];
  if (current !== undefined) return startOf(current as 'week' | 'month' | 'year', now);
  const ago = /^(\d+|[a-z]+) (second|sec|minute|min|hour|day|week|month|year)s?(?: ago)?$/.exec(text);
  if (ago !== null) {
    const amount = /^\d/.test(ago[1] as string) ? Number(ago[1]) : amountOf(ago[1] as string);
    const unit = UNIT_NAMES.find((name) => name.startsWith(ago[2] as string));
    return amount === undefined || unit === undefined ? undefined : back(now, amount, unit);
  }
  const weekday = /^(?:last |on )?([a-z]+)$/.exec(text);
  const index =
    weekday && named(WEEKDAYS, weekday[1] as string, ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday']);
  if (typeof index !== 'number') return undefined;
  return back(startOfDay(now), (now.getUTCDay() - index + 7) % 7 || 7, 'day');
}

/** "last month" is one month back, like "a month ago". */
function amountOf(word: string): number | undefined {
  if (['a', 'an', 'last', 'past'].includes(word)) return 1;
  const index = NUMBERS.indexOf(word);
  return index === -1 ? undefined : index;
}

/** The index of a short name, or of the long name that begins with it. */
function named(short: readonly string[], word: string, long: readonly string[]): number | undefined {
  if (!short.includes(word) && !long.includes(word)) return undefined;
  return short.indexOf(word.slice(0, 3));
}

/** A time of that day; what is no day has none. */
function at(day: Date | undefined, time: string): Date | undefined {
  if (day === undefined || day.getTime() !== startOfDay(day).getTime()) return undefined;
  return dated(day.getUTCFullYear(), day.getUTCMonth(), day.getUTCDate(), time);
}

/** Weeks begin on Mondays. */
function startOf(unit: 'week' | 'month' | 'year', now: Date): Date {
  if (unit === 'week') return back(startOfDay(now), (now.getUTCDay() + 6) % 7, 'day');
  return new Date(Date.UTC(now.getUTCFullYear(), unit === 'year' ? 0 : now.getUTCMonth(), 1));
}

function startOfDay(date: Date): Date {
  return new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate()));
}

function back(from: Date, amount: number, unit: Unit): Date {
  const fixed = FIXED[unit];
  if (fixed !== undefined) return new Date(from.getTime() - amount * fixed);
  const months = unit === 'year' ? amount * 12 : amount;
  const date = new Date(from);
  const day = date.getUTCDate();
  date.setUTCDate(1);
  date.setUTCMonth(date.getUTCMonth() - months);
  const last = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate();
  date.setUTCDate(Math.min(day, last));
  return date;
}
