import type { OtlpTracingOptions } from './otlp-tracing.js';
import { NO_TRACING, type Tracing } from './tracing.js';

export interface TracingOptions extends Omit<OtlpTracingOptions, 'otlpEndpoint'> {
  /** Nothing is recorded or sent without it. */
  readonly otlpEndpoint?: string | undefined;
}

/** Spans of a process, sent to a collector when one is configured. What sends them is 200 modules, which most processes do without. */
export async function startTracing({ otlpEndpoint, ...options }: TracingOptions): Promise<Tracing> {
  if (!otlpEndpoint) return NO_TRACING;
  return (await import('./otlp-tracing.js')).otlpTracing({ ...options, otlpEndpoint });
}
