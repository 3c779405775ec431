import { ROOT_CONTEXT, type Span, type SpanContext, type Tracer, trace } from '@opentelemetry/api';
import { RecordedSpan } from './open-span.js';
import { inSpan, type LocalTrace, type Present, takeSpan } from './present-span.js';

/**
 * A span that begins, back in time, only when its work turns out to be worth one: it waits for something, or something
 * inside has a span. Most resolvers only read a property, and a span each would hide those that matter.
 */
export class LateSpan implements Present {
  readonly trace: LocalTrace;
  readonly #begun = Date.now();
  readonly #clock = performance.now();
  #span: Span | undefined;
  #own: RecordedSpan | undefined;

  constructor(
    private readonly tracer: Tracer,
    private readonly name: string,
    private readonly attributes: Readonly<Record<string, string>>,
    private readonly parent: Present,
  ) {
    this.trace = parent.trace;
  }

  get span(): Span {
    if (this.#span !== undefined) return this.#span;
    const parent = this.parent.span;
    if (!takeSpan(this.trace)) {
      this.#span = parent;
      return parent;
    }
    const span = this.tracer.startSpan(
      this.name,
      { startTime: this.#begun, attributes: this.attributes },
      trace.setSpan(ROOT_CONTEXT, parent),
    );
    this.#span = span;
    this.#own = new RecordedSpan(span);
    return span;
  }

  get context(): SpanContext {
    return this.#span?.spanContext() ?? this.parent.context;
  }

  /** Runs the work in it. Returns and throws what the work does. */
  run<R>(work: () => R): R {
    let result: R;
    try {
      result = inSpan(this, work);
    } catch (error) {
      this.#own?.endWith(error, this.#now());
      throw error;
    }
    if (result instanceof Promise) {
      void this.span;
      result.then(
        () => this.#own?.end(this.#now()),
        (error: unknown) => this.#own?.endWith(error, this.#now()),
      );
    } else this.#own?.end(this.#now());
    return result;
  }

  #now(): number {
    return this.#begun + performance.now() - this.#clock;
  }
}
