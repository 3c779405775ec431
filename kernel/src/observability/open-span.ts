import { type Attributes, type Span, SpanStatusCode } from '@opentelemetry/api';
import { SextantError } from '@sextant/sdk';
import { redactSecrets } from './redact-secrets.js';

type Value = string | number | boolean;
export type SpanAttributes = Readonly<Record<string, Value | undefined>>;

/** A span while its work runs. */
export interface OpenSpan {
  set(attribute: string, value: Value): void;
  rename(name: string): void;
  /** The work did not succeed, though nothing is thrown. `type` has few values: a code, or a status. */
  failed(type: string, message?: string): void;
  /** Nobody will want to see it. */
  discard(): void;
}

/** Where nothing is recorded. */
export const NO_SPAN: OpenSpan = {
  set: () => undefined,
  rename: () => undefined,
  failed: () => undefined,
  discard: () => undefined,
};

export class RecordedSpan implements OpenSpan {
  #discarded = false;

  constructor(private readonly span: Span) {}

  // Not methods: whoever is given a span may take it apart, as `({ set }) => …` does.
  readonly set = (attribute: string, value: Value): void => {
    this.span.setAttribute(attribute, cleanValue(value));
  };

  readonly rename = (name: string): void => {
    this.span.updateName(redactSecrets(name));
  };

  readonly failed = (type: string, message?: string): void => {
    this.span.setAttribute('error.type', type);
    this.span.setStatus({ code: SpanStatusCode.ERROR, ...(message === undefined ? {} : { message: redactSecrets(message) }) });
  };

  readonly discard = (): void => {
    this.#discarded = true;
  };

  /** `time` in milliseconds since 1970; default: now. A span that never ends is never sent. */
  end(time?: number): void {
    if (!this.#discarded) this.span.end(time);
  }

  /** The message of an error that was not written for people may quote their code or a credential, so it stays here. */
  endWith(error: unknown, time?: number): void {
    if (SextantError.is(error)) this.failed(error.code, error.what);
    else if (error instanceof Error && error.name === 'AbortError') this.span.setAttribute('sextant.aborted', true);
    else this.failed(error instanceof Error ? error.name : typeof error);
    this.end(time);
  }
}

export const cleanAttributes = (attributes: SpanAttributes): Attributes =>
  Object.fromEntries(Object.entries(attributes).flatMap(([key, value]) => (value === undefined ? [] : [[key, cleanValue(value)]])));

const cleanValue = (value: Value): Value => (typeof value === 'string' ? redactSecrets(value) : value);
