import { AsyncLocalStorage } from 'node:async_hooks';
import type { Span, SpanContext } from '@opentelemetry/api';

/** What this process does for one trace: a request, a job, or the calls of another process. */
export interface LocalTrace {
  /** What began it: a job that a job enqueues begins a trace of its own, or two that enqueue each other would share one for ever. */
  readonly origin: 'request' | 'job';
  /** False when the trace was not chosen: it is carried on, nothing of it is recorded. */
  readonly recorded: boolean;
  /** How many more spans it may have here. */
  left: number;
  /** How many it was not given. */
  dropped: number;
}

/** The span that code runs in. */
export interface Present {
  readonly span: Span;
  /** For what only names the trace: asking for it begins no span. */
  readonly context: SpanContext;
  readonly trace: LocalTrace;
}

const presents = new AsyncLocalStorage<Present | undefined>();

export const presentSpan = (): Present | undefined => presents.getStore();
export const inSpan = <R>(present: Present | undefined, work: () => R): R => presents.run(present, work);

/** True when one more span may be recorded in the trace; counts it. */
export function takeSpan(trace: LocalTrace): boolean {
  if (!trace.recorded) return false;
  if (trace.left > 0) {
    trace.left--;
    return true;
  }
  trace.dropped++;
  return false;
}
