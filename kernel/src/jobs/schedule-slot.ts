import { SextantError } from '@sextant/sdk';
import { CronExpressionParser } from 'cron-parser';
import { thrownWords } from '../services/sentence.js';
import './job-errors.js';

/** When a schedule runs: by cron in UTC, or every so many milliseconds. */
export type ScheduleRule = { readonly cron: string } | { readonly every: number };

export interface SlotDecision {
  readonly fire: boolean;
  /** What to remember as the last slot that was dealt with. */
  readonly last: Date;
  /** When to look again. */
  readonly next: Date;
}

/** A slot found this much later (milliseconds) was missed while nothing ran: it runs only with `catchUp`. */
export const LATE = 60_000;
const CLOCK_WAS_WRONG = 86_400_000;

/** @throws SEXTANT_JOB_SCHEDULE */
export function checkRule(id: string, rule: ScheduleRule): void {
  if ('every' in rule) {
    if (!Number.isFinite(rule.every) || rule.every < 1_000)
      throw new SextantError('SEXTANT_JOB_SCHEDULE', {
        what: `The schedule "${id}" has the interval ${rule.every} ms.`,
        fix: 'Use at least one second.',
      });
    return;
  }
  try {
    CronExpressionParser.parse(rule.cron, { tz: 'UTC' });
  } catch (cause) {
    throw new SextantError('SEXTANT_JOB_SCHEDULE', {
      what: `The schedule "${id}" has the cron expression "${rule.cron}".`,
      why: thrownWords(cause),
      fix: 'Write five fields: minute, hour, day of month, month, day of week.',
      cause,
    });
  }
}

/**
 * Decides on one schedule. `last` and `now` are the database's time, so processes whose clocks disagree decide alike.
 * However often it is asked, one slot fires at most once, and slots missed together fire once.
 */
export function decideSlot(rule: ScheduleRule, last: Date | undefined, now: Date, catchUp: boolean): SlotDecision {
  return 'every' in rule ? decideInterval(rule.every, last, now, catchUp) : decideCron(rule.cron, last, now, catchUp);
}

function decideInterval(every: number, last: Date | undefined, now: Date, catchUp: boolean): SlotDecision {
  const fired = (fire: boolean, at: number): SlotDecision => ({ fire, last: new Date(at), next: new Date(at + every) });
  if (last === undefined) return fired(catchUp, now.getTime());
  // A clock that was set back must not silence the schedule until it has caught up.
  if (last > now) return fired(false, now.getTime());
  const overdue = now.getTime() - last.getTime() - every;
  if (overdue < 0) return fired(false, last.getTime());
  if (overdue <= LATE || catchUp) return fired(true, now.getTime());
  return fired(false, now.getTime() - (overdue % every));
}

function decideCron(cron: string, last: Date | undefined, now: Date, catchUp: boolean): SlotDecision {
  const slot = CronExpressionParser.parse(cron, { currentDate: new Date(now.getTime() + 1), tz: 'UTC' })
    .prev()
    .toDate();
  const next = CronExpressionParser.parse(cron, { currentDate: now, tz: 'UTC' }).next().toDate();
  if (last === undefined) return { fire: catchUp, last: slot, next };
  if (last.getTime() - now.getTime() > CLOCK_WAS_WRONG) return { fire: false, last: slot, next };
  if (slot <= last) return { fire: false, last, next };
  return { fire: catchUp || now.getTime() - slot.getTime() <= LATE, last: slot, next };
}
