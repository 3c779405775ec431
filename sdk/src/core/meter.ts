export type Labels = Readonly<Record<string, string | number | boolean>>;

/** A span of a trace, while its work runs. */
export interface OpenSpan {
  /** A text of which something looks like a credential arrives without it, and 1,024 characters long at most. */
  set(attribute: string, value: string | number | boolean): void;
}

/** Metrics and spans. Names of metrics are prefixed `sextant_<plugin>_` unless they begin with a name of the field's dashboards (`src_`). Label sets are fixed at creation. */
export interface Meter {
  counter(
    name: string,
    options: { readonly help: string; readonly labels?: readonly string[] },
  ): { add(value?: number, labels?: Labels): void };
  /** `buckets` in the unit the name ends with. */
  histogram(
    name: string,
    options: { readonly help: string; readonly labels?: readonly string[]; readonly buckets?: readonly number[] },
  ): { record(value: number, labels?: Labels): void };
  gauge(
    name: string,
    options: { readonly help: string; readonly labels?: readonly string[] },
  ): { set(value: number, labels?: Labels): void };
  /**
   * Runs `work` in a span inside the present one: of the request, the job or the call of another process. Outside of them,
   * and while no traces are collected, it runs `work` and nothing else. The span ends with the promise or the async
   * generator that `work` returns. An error sets its status: a SextantError its code and sentence, any other its name.
   * `name` has few values (`git fetch`, not the repository's name); attributes are named as OpenTelemetry's conventions say.
   */
  span<R>(name: string, work: (span: OpenSpan) => R, attributes?: Labels): R;
}
