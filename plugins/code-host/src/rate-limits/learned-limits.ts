/** What an answer says of limits; times in milliseconds from now, so that no clock has to agree with the host's. */
export interface Lesson {
  readonly limit: number | undefined;
  readonly remaining: number | undefined;
  readonly resetIn: number | undefined;
  /** Stay away for so long; 0: the host does not say how long. Undefined: no need to. */
  readonly pause: number | undefined;
  /** It was one request too many. */
  readonly refused: boolean;
}

/** Seconds beyond this are a time since 1970, not a time from now. */
const EPOCH = 1_000_000_000;
const LONGEST = 24 * 60 * 60_000;

/**
 * Reads the limits of an answer: `x-ratelimit-*` and `ratelimit-*` (limit, remaining, reset), `retry-after`, and statuses 429 and 403. A success may come with `retry-after` too.
 * @param limited the host refused the request for being one too many, as its body or its own status says
 */
export function readLimits(
  answer: { readonly status: number; readonly headers: Headers; readonly limited?: boolean },
  now: number,
): Lesson {
  const { status, headers } = answer;
  const limit = number(headers, 'limit');
  const remaining = number(headers, 'remaining');
  const hostNow = dateOf(headers.get('date')) ?? now;
  const reset = number(headers, 'reset');
  const resetIn = reset === undefined ? undefined : within(reset > EPOCH ? reset * 1_000 - hostNow : reset * 1_000);
  const retryAfter = retryIn(headers.get('retry-after'), hostNow);
  const refused = answer.limited === true || status === 429 || (status === 403 && (retryAfter !== undefined || remaining === 0));
  // A host that has answered, and asks for a pause all the same, answers later and later until it refuses.
  const slowedDown = status === 200 && retryAfter !== undefined && retryAfter > 0;
  const pause =
    refused || slowedDown || (retryAfter !== undefined && status === 503)
      ? (retryAfter ?? (remaining === 0 ? resetIn : undefined) ?? 0)
      : undefined;
  return { limit, remaining, resetIn, pause, refused };
}

function number(headers: Headers, what: string): number | undefined {
  const text = headers.get(`x-ratelimit-${what}`) ?? headers.get(`ratelimit-${what}`);
  const value = text === null ? Number.NaN : Number.parseFloat(text);
  return Number.isFinite(value) && value >= 0 ? value : undefined;
}

function retryIn(text: string | null, hostNow: number): number | undefined {
  if (text === null) return undefined;
  if (/^\d+(?:\.\d+)?$/.test(text.trim())) return within(Number(text) * 1_000);
  const at = dateOf(text);
  return at === undefined ? undefined : within(at - hostNow);
}

function dateOf(text: string | null): number | undefined {
  const at = text === null ? Number.NaN : Date.parse(text);
  return Number.isNaN(at) ? undefined : at;
}

/** A host that errs, or wants to keep us out, does not stop a connection for ever. */
const within = (milliseconds: number): number => Math.min(Math.max(milliseconds, 0), LONGEST);
