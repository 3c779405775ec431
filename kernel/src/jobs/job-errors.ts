import { declareErrors } from '@sextant/sdk';

export const jobErrors = declareErrors({
  SEXTANT_JOB_CANCELED: { status: 409, summary: 'The job was canceled.', fix: 'Enqueue it again if it is wanted.' },
  SEXTANT_JOB_WORKER_STOPPED: {
    status: 503,
    summary: 'The worker or the plugin of a running job stops.',
    fix: 'Nothing: another worker runs it.',
  },
  SEXTANT_JOB_TAKEN_OVER: {
    status: 503,
    summary: 'The worker was silent for too long, and its jobs were given to others.',
    fix: 'See why the process stood still: an endless loop, a full disk, or a lost database.',
  },
  SEXTANT_JOB_NO_HANDLER: {
    status: 503,
    summary: 'Work is waiting, and no process that lives does work of its kind.',
    fix: 'Start a process with the roles worker and index, and see that the plugin is on there.',
  },
  SEXTANT_JOB_HANDLED_TWICE: {
    status: 500,
    summary: 'Two handlers were registered for one job in one process.',
    fix: 'Register it in one part only.',
  },
  SEXTANT_JOB_SCHEDULE: {
    status: 500,
    summary: 'A schedule has a wrong cron expression or interval, or an id that is in use.',
    fix: 'Correct it: cron has five fields (UTC), an interval is at least one second.',
  },
});
