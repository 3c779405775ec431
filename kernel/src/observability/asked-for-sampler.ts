import type { Attributes, Context, Link, SpanKind } from '@opentelemetry/api';
import {
  AlwaysOnSampler,
  ParentBasedSampler,
  type Sampler,
  SamplingDecision,
  type SamplingResult,
  TraceIdRatioBasedSampler,
} from '@opentelemetry/sdk-trace-base';
import { ASKED_FOR } from './tracing.js';

/** Takes a share of the traces that begin here, goes on with those that others took, and takes every one that was asked for. */
export class AskedForSampler implements Sampler {
  readonly #others: Sampler;

  /** @param share from 0 to 1. */
  constructor(share: number) {
    this.#others = new ParentBasedSampler({ root: share >= 1 ? new AlwaysOnSampler() : new TraceIdRatioBasedSampler(share) });
  }

  shouldSample(context: Context, traceId: string, name: string, kind: SpanKind, attributes: Attributes, links: Link[]): SamplingResult {
    if (context.getValue(ASKED_FOR) === true) return { decision: SamplingDecision.RECORD_AND_SAMPLED };
    return this.#others.shouldSample(context, traceId, name, kind, attributes, links);
  }

  toString(): string {
    return `AskedForSampler{${this.#others.toString()}}`;
  }
}
