import {
  type Context,
  createContextKey,
  type Link,
  ROOT_CONTEXT,
  SpanKind,
  type TextMapPropagator,
  type Tracer,
  trace,
} from '@opentelemetry/api';
import { LateSpan } from './late-span.js';
import { cleanAttributes, NO_SPAN, type OpenSpan, RecordedSpan, type SpanAttributes } from './open-span.js';
import { inSpan, type LocalTrace, type Present, presentSpan, takeSpan } from './present-span.js';
import { followGenerator, isGenerator } from './traced-generator.js';

/** W3C trace context as HTTP headers hold it. */
export type TraceHeaders = Readonly<Record<string, string | readonly string[] | undefined>>;

/** The trace a job was enqueued in: it goes on in the job, or the job's own trace points back at it. */
export type CarriedTrace = { readonly parent: string } | { readonly link: string };

export interface SpanOptions {
  readonly kind?: 'client' | 'server' | 'producer' | 'consumer';
  readonly attributes?: SpanAttributes;
}

/** Set in the context of a trace that somebody asked for, whatever the sampling says. */
export const ASKED_FOR = createContextKey('sextant: this trace was asked for');

/** Spans of one request, job or call in this process; what is beyond is counted in `sextant.spans.dropped`. */
const MOST_SPANS = 1_000;

const KINDS = { client: SpanKind.CLIENT, server: SpanKind.SERVER, producer: SpanKind.PRODUCER, consumer: SpanKind.CONSUMER };
const getter = { keys: Object.keys, get: (headers: { readonly traceparent: string }, key: string) => headers[key as 'traceparent'] };
const setter = {
  set: (headers: Record<string, string>, key: string, value: string) => {
    headers[key] = value;
  },
};

/** What spans are made with, and what reads and writes the headers that name them. */
export interface Recorder {
  readonly tracer: Tracer;
  readonly propagator: TextMapPropagator;
}

/**
 * The spans of one process. Requests and jobs begin traces; everything else only goes on with the trace it runs in, and
 * is work without a span where there is none. Without a collector every method does its work and nothing else.
 */
export class Tracing implements AsyncDisposable {
  constructor(
    private readonly recorder?: Recorder,
    private readonly close: () => Promise<void> = async () => undefined,
  ) {}

  get active(): boolean {
    return this.recorder !== undefined;
  }

  /** A request from outside. `headers` may name the trace it belongs to. */
  request<R>(name: string, options: { readonly headers: TraceHeaders; readonly asked: boolean }, work: (span: OpenSpan) => R): R {
    if (this.recorder === undefined) return work(NO_SPAN);
    const context = callerOf(this.recorder, options.headers);
    return this.#begin(name, { kind: 'server' }, options.asked ? context.setValue(ASKED_FOR, true) : context, 'request', [], work);
  }

  /** One attempt at a job. */
  job<R>(name: string, options: SpanOptions & { readonly carried: CarriedTrace | undefined }, work: (span: OpenSpan) => R): R {
    if (this.recorder === undefined) return work(NO_SPAN);
    const { carried } = options;
    const parent = carried !== undefined && 'parent' in carried ? contextOf(this.recorder, carried.parent) : ROOT_CONTEXT;
    const linked = carried !== undefined && 'link' in carried ? trace.getSpanContext(contextOf(this.recorder, carried.link)) : undefined;
    return this.#begin(name, { ...options, kind: 'consumer' }, parent, 'job', linked ? [{ context: linked }] : [], work);
  }

  /** What another process asks for: goes on with the trace that its headers name. */
  incoming<R>(headers: TraceHeaders, work: () => R): R {
    if (this.recorder === undefined) return work();
    const span = trace.getSpan(callerOf(this.recorder, headers));
    if (span === undefined) return inSpan(undefined, work);
    const context = span.spanContext();
    return inSpan({ span, context, trace: localTrace('request', (context.traceFlags & 1) === 1) }, work);
  }

  /** A span inside the present one. It ends with the promise or the generator that `work` returns. */
  span<R>(name: string, options: SpanOptions, work: (span: OpenSpan) => R): R {
    const present = this.recorder && presentSpan();
    if (this.recorder === undefined || present === undefined) return work(NO_SPAN);
    const parent = trace.setSpan(ROOT_CONTEXT, present.span);
    if (!takeSpan(present.trace)) return work(NO_SPAN);
    return within(this.recorder.tracer.startSpan(name, spanOptions(options), parent), present.trace, work);
  }

  /** Runs a resolver: it has a span if it waits for something, or if something inside has one. */
  resolver<R>(plugin: string, field: string, work: () => R): R {
    const present = this.recorder && presentSpan();
    if (this.recorder === undefined || !present?.trace.recorded) return work();
    const attributes = { 'graphql.field.name': field, 'sextant.plugin': plugin };
    return new LateSpan(this.recorder.tracer, `graphql.resolve ${field}`, attributes, present).run(work);
  }

  /** 32 hexadecimal digits. */
  get traceId(): string | undefined {
    return this.recorder && presentSpan()?.context.traceId;
  }

  /** For a request to another process of ours. Never for one to anybody else. */
  get headers(): Readonly<Record<string, string>> {
    const headers: Record<string, string> = {};
    const present = this.recorder && presentSpan();
    if (present) this.recorder?.propagator.inject(trace.setSpanContext(ROOT_CONTEXT, present.context), headers, setter);
    return headers;
  }

  /** For a job that is enqueued here. */
  get carried(): CarriedTrace | undefined {
    const present = this.recorder && presentSpan();
    const traceparent = present && this.headers['traceparent'];
    if (traceparent === undefined) return undefined;
    return present?.trace.origin === 'job' ? { link: traceparent } : { parent: traceparent };
  }

  /** Sends what is left, but waits for the collector a few seconds at most. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #begin<R>(
    name: string,
    options: SpanOptions,
    parent: Context,
    origin: LocalTrace['origin'],
    links: Link[],
    work: (span: OpenSpan) => R,
  ): R {
    const span = (this.recorder as Recorder).tracer.startSpan(name, { ...spanOptions(options), links }, parent);
    return within(span, localTrace(origin, span.isRecording()), work, true);
  }
}

/** For processes and tests without a collector. */
export const NO_TRACING = new Tracing();

const localTrace = (origin: LocalTrace['origin'], recorded: boolean): LocalTrace => ({ origin, recorded, left: MOST_SPANS, dropped: 0 });

const spanOptions = ({ kind, attributes = {} }: SpanOptions) => ({
  kind: kind === undefined ? SpanKind.INTERNAL : KINDS[kind],
  attributes: cleanAttributes(attributes),
});

/** Of what callers bring, the ids and the choice alone: `tracestate` may hold anything, and would go on to the collector and to every process. */
const callerOf = (recorder: Recorder, { traceparent }: TraceHeaders): Context =>
  typeof traceparent === 'string' ? contextOf(recorder, traceparent) : ROOT_CONTEXT;

const contextOf = ({ propagator }: Recorder, traceparent: string): Context => propagator.extract(ROOT_CONTEXT, { traceparent }, getter);

function within<R>(span: Present['span'], local: LocalTrace, work: (span: OpenSpan) => R, first = false): R {
  const present: Present = { span, context: span.spanContext(), trace: local };
  const open = new RecordedSpan(span);
  const end = (failure?: { readonly error: unknown }): void => {
    if (first && local.dropped > 0) open.set('sextant.spans.dropped', local.dropped);
    if (failure) open.endWith(failure.error);
    else open.end();
  };
  let result: R;
  try {
    result = inSpan(present, () => work(open));
  } catch (error) {
    end({ error });
    throw error;
  }
  if (result instanceof Promise) {
    result.then(
      () => end(),
      (error: unknown) => end({ error }),
    );
    return result;
  }
  if (isGenerator(result)) return followGenerator(result, present, end) as R;
  end();
  return result;
}
