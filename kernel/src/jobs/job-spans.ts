import type { AnyJob } from '@sextant/sdk';
import type { CarriedTrace, SpanOptions } from '../observability/tracing.js';
import type { JobFacts } from './job-history.js';

/** The span of enqueueing. */
export const sendSpan = (plugin: string, job: AnyJob, count?: number): SpanOptions => ({
  kind: 'producer',
  attributes: {
    'messaging.system': 'sextant',
    'messaging.operation.type': 'send',
    'messaging.destination.name': job.name,
    'messaging.batch.message_count': count,
    'sextant.plugin': plugin,
  },
});

/** The span of one attempt. */
export const attemptSpan = (plugin: string, facts: JobFacts): SpanOptions => ({
  attributes: {
    'messaging.system': 'sextant',
    'messaging.operation.type': 'process',
    'messaging.destination.name': facts.name,
    'messaging.message.id': facts.id,
    'sextant.job.attempt': facts.attempt,
    'sextant.job.waited_ms': facts.startedAt.getTime() - facts.queuedAt.getTime(),
    'sextant.plugin': plugin,
  },
});

/** What the box of a job says of the trace it was enqueued in; undefined when nothing, or nothing that we wrote. */
export function carriedBy(box: unknown): CarriedTrace | undefined {
  const { trace } = (box ?? {}) as { readonly trace?: Partial<Record<'parent' | 'link', unknown>> };
  if (typeof trace?.parent === 'string') return { parent: trace.parent };
  return typeof trace?.link === 'string' ? { link: trace.link } : undefined;
}
