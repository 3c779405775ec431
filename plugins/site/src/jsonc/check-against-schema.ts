import type { z } from '@sextant/sdk';
import type { JsoncDocument, Problem } from './jsonc-document.js';

export interface SchemaCheck {
  /** Values of the wrong shape. */
  readonly errors: readonly Problem[];
  /** Top-level keys that no schema knows: kept, and used by nobody. */
  readonly unknownKeys: readonly Problem[];
}

/** Checks each top-level key against the schema that knows it. */
export function checkAgainstSchemas(document: JsoncDocument, schemas: readonly z.ZodObject[]): SchemaCheck {
  const errors: Problem[] = [];
  const known = new Set<string>();
  for (const schema of schemas) {
    for (const key of Object.keys(schema.shape)) known.add(key);
    const result = schema.partial().loose().safeParse(document.value);
    for (const { path, message } of result.error?.issues ?? []) {
      const steps = path.map((step) => (typeof step === 'number' ? step : String(step)));
      errors.push({ ...document.position(steps), path: steps, message });
    }
  }
  const unknownKeys = Object.keys(document.value)
    .filter((key) => !known.has(key))
    .map((key) => ({ ...document.position([key]), path: [key], message: 'no active plugin knows this key' }));
  return { errors, unknownKeys };
}
