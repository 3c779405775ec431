import { serviceToken } from '@sextant/sdk';

export interface Greeter {
  greet(name: string): { readonly text: string; readonly count: number };
}
export const greeter = serviceToken<Greeter>('timely-greeter.greeter@1');
