import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { parseKeyPairsIntoRecord, W3CTraceContextPropagator } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base';
import type { Logger, Role, Secret } from '@sextant/sdk';
import { AskedForSampler } from './asked-for-sampler.js';
import { TellingExporter } from './telling-exporter.js';
import { Tracing } from './tracing.js';

export interface OtlpTracingOptions {
  /** The collector's base URL (`http://host:4318`). */
  readonly otlpEndpoint: string;
  /** `name=value,name=value`, values percent-encoded. */
  readonly otlpHeaders?: Secret | undefined;
  /** Milliseconds that one batch may take, retries included. */
  readonly otlpTimeout: number;
  /** The share of traces that is kept, from 0 to 1. */
  readonly sampleRatio: number;
  readonly serviceName: string;
  readonly version: string;
  readonly instance: string;
  readonly roles: readonly Role[];
  readonly log: Logger;
}

/** Milliseconds that the end of the process waits for the last batches, at most. */
const LAST_FLUSH = 3_000;
const LONGEST_VALUE = 1_024;

/**
 * Spans of a process, sent to a collector. OpenTelemetry's globals stay untouched: several kernels
 * of one process keep their traces apart, and a program that embeds one keeps its own.
 */
export function otlpTracing(options: OtlpTracingOptions): Tracing {
  const { otlpEndpoint, otlpHeaders, otlpTimeout } = options;
  // Of our own, so that a collector that does not answer cannot keep the process.
  const agent = new URL(otlpEndpoint).protocol === 'https:' ? new HttpsAgent({ keepAlive: true }) : new HttpAgent({ keepAlive: true });
  const exporter = new OTLPTraceExporter({
    url: `${otlpEndpoint.replace(/\/+$/, '')}/v1/traces`,
    ...(otlpHeaders ? { headers: parseKeyPairsIntoRecord(otlpHeaders.reveal()) } : {}),
    timeoutMillis: otlpTimeout,
    httpAgentOptions: () => agent,
  });
  const provider = new BasicTracerProvider({
    resource: resourceFromAttributes({
      'service.name': options.serviceName,
      'service.version': options.version,
      'service.instance.id': options.instance,
      'sextant.roles': [...options.roles],
    }),
    sampler: new AskedForSampler(options.sampleRatio),
    spanLimits: { attributeValueLengthLimit: LONGEST_VALUE, attributeCountLimit: 64 },
    spanProcessors: [new BatchSpanProcessor(new TellingExporter(exporter, options.log), { exportTimeoutMillis: otlpTimeout })],
  });
  return new Tracing({ tracer: provider.getTracer('sextant', options.version), propagator: new W3CTraceContextPropagator() }, async () => {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, Math.min(LAST_FLUSH, otlpTimeout));
    });
    await Promise.race([provider.shutdown().catch(() => undefined), late]);
    clearTimeout(timer);
    agent.destroy();
  });
}
