import { z } from 'zod';
import { Secret } from '../values/secret.js';

declare module 'zod' {
  interface GlobalMeta {
    /** The value reloads in place when the configuration changes; every other key needs a restart. */
    live?: boolean;
    /** The value is redacted wherever it is shown. */
    secret?: boolean;
  }
}

export { z };

/** The configuration of one plugin: always an object. Unknown keys are reported by the kernel with the nearest known one. */
export type ConfigSchema = z.ZodObject;
export type ConfigOf<S> = S extends z.ZodType ? z.output<S> : Record<string, never>;

/** A secret in configuration: it arrives as {@link Secret} and is redacted wherever configuration is shown. */
export const secret = () =>
  z
    .string()
    .transform((value) => new Secret(value))
    .meta({ secret: true });

/** A plugin's own slice, validated. `get()` is the present value; only keys marked `live` ever change. */
export interface ConfigView<C> {
  get(): C;
  onChange(listener: (next: C, previous: C) => void): Disposable;
}
