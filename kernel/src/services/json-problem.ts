import { Secret } from '@sextant/sdk';

/** Far less than JSON.stringify can follow on any stack. */
const DEEPEST = 200;

interface Found {
  /** From the value to what is wrong, such as `.items[3]`. */
  readonly path: string;
  readonly problem: string;
}

/**
 * Why a value would not come back from JSON as it is, in words that begin with its `name`; undefined when it would. Dates become texts: `dates` says that
 * a schema reads these again, such as `z.coerce.date()`. Keys without a value are left out.
 */
export function jsonProblem(value: unknown, name: string, dates: boolean): string | undefined {
  const found = foundIn(value, dates, []);
  return found && `${name}${found.path} ${found.problem}`;
}

/** Every value that is cached or queued comes by here: paths are written only once something is wrong. */
function foundIn(value: unknown, dates: boolean, above: unknown[]): Found | undefined {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return undefined;
  if (typeof value === 'number') return Number.isFinite(value) ? undefined : here(`is ${value}`);
  if (typeof value !== 'object') return here(`is ${value === undefined ? 'undefined' : `a ${typeof value}`}`);
  if (value instanceof Date && dates) return undefined;
  if (above.includes(value)) return here('holds itself');
  if (above.length > DEEPEST) return here(`is nested more than ${DEEPEST} levels deep`);
  if (value instanceof Secret) return here('is a secret, which must not be stored in the open');
  above.push(value);
  const found = Array.isArray(value) ? foundInList(value, dates, above) : foundInObject(value, dates, above);
  above.pop();
  return found;
}

function foundInList(list: readonly unknown[], dates: boolean, above: unknown[]): Found | undefined {
  for (const [at, item] of list.entries()) {
    const found = foundIn(item, dates, above);
    if (found) return { ...found, path: `[${at}]${found.path}` };
  }
  return undefined;
}

function foundInObject(value: object, dates: boolean, above: unknown[]): Found | undefined {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== null && prototype !== Object.prototype)
    return here(`is an object of the class ${(prototype as { readonly constructor?: { readonly name?: string } }).constructor?.name}`);
  for (const key of Object.keys(value)) {
    const field = (value as Readonly<Record<string, unknown>>)[key];
    const found = field === undefined ? undefined : foundIn(field, dates, above);
    if (found) return { ...found, path: `.${key}${found.path}` };
  }
  return undefined;
}

const here = (problem: string): Found => ({ path: '', problem });
