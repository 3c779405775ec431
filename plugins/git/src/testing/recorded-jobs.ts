import type { EnqueueOptions, Jobs } from '@sextant/sdk';

export interface RecordedJobs {
  readonly jobs: Jobs;
  readonly enqueued: { readonly name: string; readonly payload: unknown; readonly options?: EnqueueOptions }[];
  /** Names and keys. */
  readonly canceled: string[];
}

/** Jobs that nobody works off: what was asked of them is written down. */
export function recordedJobs(): RecordedJobs {
  const [enqueued, canceled]: [RecordedJobs['enqueued'], string[]] = [[], []];
  const jobs: Pick<Jobs, 'enqueue' | 'enqueueMany' | 'cancel'> = {
    enqueue: async (job, payload, options) => String(enqueued.push({ name: job.name, payload, ...(options ? { options } : {}) })),
    enqueueMany: async (job, entries) => {
      for (const entry of entries) enqueued.push({ name: job.name, ...entry });
    },
    cancel: async (job, key) => canceled.push(`${job.name} ${key}`) > 0,
  };
  return { jobs: jobs as Jobs, enqueued, canceled };
}
