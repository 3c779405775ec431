import { type Secret, serviceToken } from '@sextant/sdk';

/** Who spends: requests with one credential to one host have one budget, whoever makes them and in whatever process. */
export interface Spender {
  /** Any URL of the host; its origin counts. */
  readonly host: string;
  /** Undefined for requests without one. */
  readonly credential?: Secret | undefined;
}

/** What is known of a host's limits beforehand. What the host itself says in its answers comes on top. */
export interface KnownLimits {
  /** Default: what the host says, and nothing where it says nothing. */
  readonly requestsPerHour?: number | undefined;
  /** Requests at once from one process; default 8. */
  readonly concurrency?: number;
  /** For requests that create something, beside what holds for all: so many in so many milliseconds. */
  readonly creation?: readonly { readonly capacity: number; readonly per: number }[];
}

export interface TurnRequest extends Spender {
  readonly limits?: KnownLimits;
  /** `interactive`: somebody waits for it. `background` goes after them, and leaves them the last tenth of what the host allows. */
  readonly priority: 'interactive' | 'background';
  /** What it counts at the host; default 1. */
  readonly cost?: number;
  /** It creates something at the host, such as a comment or a pull request. */
  readonly creates?: boolean;
  /** Milliseconds it would wait; beyond them it is told at once when to come again. Default: as long as it takes. */
  readonly patience?: number;
  readonly signal: AbortSignal;
}

/** One request may be made. Dispose of it when the answer is there. */
export interface Turn extends Disposable {
  /**
   * Learns from the answer. `limited`: the host refused it for being one too many, whatever its status says.
   * @returns whether it did.
   */
  learn(answer: { readonly status: number; readonly headers: Headers; readonly limited?: boolean }): Promise<boolean>;
}

export interface RateLimitState {
  /** Requests that the host allows in a window; undefined until it said so. */
  readonly limit: number | undefined;
  /** The same for an hour; windows are taken for hours until it is known how long they are. */
  readonly perHour: number | undefined;
  readonly remaining: number | undefined;
  readonly resetAt: Date | undefined;
  /** The host told us to stay away until then. */
  readonly pausedUntil: Date | undefined;
  /** Requests of this process that wait. */
  readonly waiting: number;
}

/** The limits of code hosts, learned from their answers and shared by every plugin and process. */
export interface RateLimits {
  /**
   * Resolves when the request may be made; rejects with the signal's reason.
   * @throws SEXTANT_CODE_HOST_RATE_LIMITED with `details.retryAt` when that is beyond its patience.
   */
  turn(request: TurnRequest): Promise<Turn>;
  state(spender: Spender): Promise<RateLimitState>;
  /**
   * When so many more background requests would be done, going by what the host allows and how long its answers take.
   * `atOnce`: how many of them are on their way at a time; default: as many as may be.
   */
  completion(spender: Spender & { readonly requests: number; readonly atOnce?: number }): Promise<Date>;
}
export const rateLimits = serviceToken<RateLimits>('code-host.rate-limits@1');
