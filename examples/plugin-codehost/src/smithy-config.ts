import { secret, z } from '@sextant/sdk';

export const smithyConfig = z.object({
  url: z.url({ protocol: /^https?$/ }).describe('Address of the server'),
  token: secret().describe('A token that may read repositories'),
});
export type SmithyConfig = z.output<typeof smithyConfig>;
