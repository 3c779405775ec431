import type { RouteRequest, SextantError } from '@sextant/sdk';

/** Spends points of the caller beyond the one of the request. @returns the refusal, or undefined. */
export type Charge = (points: number) => SextantError | undefined;

const charges = new WeakMap<RouteRequest, Charge>();

/** Lets the handler of a request, which learns what it costs later, charge for it. Only the kernel's handlers do. */
export const attachCharge = (request: RouteRequest, charge: Charge): void => void charges.set(request, charge);

export const chargeOf = (request: RouteRequest): Charge | undefined => charges.get(request);
