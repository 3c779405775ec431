export type Labels = Readonly<Record<string, string | number | boolean>>;

/** Metrics and spans. Names are prefixed `sextant_<plugin>_` unless they begin with a name of the field's dashboards (`src_`). Label sets are fixed at creation. */
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
  /** Runs `work` inside a span that is a child of the present one. */
  span<R>(name: string, work: (span: { set(attribute: string, value: string | number | boolean): void }) => R, attributes?: Labels): R;
}
