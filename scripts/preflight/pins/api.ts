import { defineEvent, extensionPoint, serviceToken, z } from '@sextant/sdk';

export interface PinCounts {
  /** How many pins each of the repositories has. */
  counts(o: { readonly repositories: readonly number[]; readonly signal?: AbortSignal }): Promise<readonly number[]>;
  /** Texts of all pins, oldest first. */
  texts(o: { readonly signal?: AbortSignal }): AsyncIterable<string>;
}
export const pinCounts = serviceToken<PinCounts>('pins.counts@1', {
  remote: { role: 'worker', methods: { counts: 'call', texts: 'stream' } },
});

/** Says how a pin is shown. */
export interface PinStyle {
  readonly name: string;
  show(text: string): string;
}
export const pinStyles = extensionPoint<PinStyle>('pins.styles@1');

export const pinAdded = defineEvent('pins.pin-added@1', z.object({ id: z.number().int() }));
