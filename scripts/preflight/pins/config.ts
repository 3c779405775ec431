import { bytes, duration, secret, z } from '@sextant/sdk';

export const config = z.object({
  every: duration().prefault('5m').describe('How often announcements are looked for').meta({ live: true }),
  longestText: bytes().prefault('4KiB').describe('The longest text that is announced'),
  announceTo: z.url().optional().describe('Where new pins are announced'),
  announceToken: secret().optional().describe('Sent along with each announcement'),
});
