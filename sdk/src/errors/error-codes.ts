/** What the table of error codes says about one code. The reference page is generated from it. */
export interface ErrorCode {
  /** HTTP status of a request that ends with it. */
  readonly status: number;
  /** One sentence: when it happens. */
  readonly summary: string;
  /** One sentence: what to do. */
  readonly fix: string;
}

// One table a process, also when two copies of this package are loaded.
const TABLE = Symbol.for('sextant:error-codes');
const holder = globalThis as unknown as Record<symbol, Map<string, ErrorCode> | undefined>;
holder[TABLE] ??= new Map<string, ErrorCode>();
const table: Map<string, ErrorCode> = holder[TABLE];

/** Declares the error codes of a package. Call it once, in the module that owns them. */
export function declareErrors<const T extends Readonly<Record<`SEXTANT_${string}`, ErrorCode>>>(codes: T): T {
  for (const [code, entry] of Object.entries(codes)) table.set(code, entry);
  return codes;
}

/** Not exported by the package: plugins define errors by `defineError`. */
export const setErrorCode = (code: string, entry: ErrorCode): void => void table.set(code, entry);

export const isSameErrorCode = (a: ErrorCode, b: ErrorCode): boolean => a.status === b.status && a.summary === b.summary && a.fix === b.fix;

export const errorCode = (code: string): ErrorCode | undefined => table.get(code);

/** Every declared code, sorted: the source of the reference page. */
export const allErrorCodes = (): readonly (readonly [code: string, entry: ErrorCode])[] => [...table].sort(([a], [b]) => (a < b ? -1 : 1));
