import { z } from '@sextant/sdk';
import { isAddress, isLine } from './address.js';

/** Headers that the mail itself has. */
const OWN = /^(?:from|to|cc|bcc|sender|reply-to|subject|date|message-id|mime-version|return-path|received|content-.*)$/i;

const line = (longest: number) => z.string().refine((text) => isLine(text, longest), `must be one line of at most ${longest} characters`);

const smtp = z.object({
  host: line(253).min(1).describe('Name or address of the mail server'),
  port: z.int().min(1).max(65_535).describe('465: TLS from the first byte; others: STARTTLS where the server offers it'),
  username: line(300).optional(),
  password: z.string().max(4_000).optional().meta({ secret: true }).describe('Without one mail is sent without authentication'),
  authentication: z.enum(['none', 'PLAIN', 'LOGIN', 'CRAM-MD5']).default('none'),
  domain: line(253).optional().describe('How Sextant calls itself in HELO; default: the name of its machine'),
  noVerifyTLS: z.boolean().default(false).describe('The certificate of the mail server is not checked'),
  additionalHeaders: z
    .array(
      z.object({
        key: z
          .string()
          .regex(/^[A-Za-z0-9-]{1,76}$/)
          .refine((name) => !OWN.test(name), 'is a header that the mail has itself'),
        value: line(900),
      }),
    )
    .max(50)
    .default([])
    .describe('Headers of every mail'),
});

/** The keys of the site configuration that say how mail is sent. Names and values are the field's. */
export const mailSchema = z.object({
  'email.address': z.string().refine(isAddress, 'must be one address').optional().describe('The sender of all mail'),
  'email.senderName': line(100).default('Sextant').describe('The name beside the sender’s address'),
  'email.smtp': smtp.optional().describe('The mail server'),
});

export interface SmtpSettings extends z.output<typeof smtp> {
  readonly from: { readonly name: string; readonly address: string };
}

/** Undefined while the site configuration names no sender and no server, or names them wrongly. */
export function smtpSettings(siteConfiguration: Readonly<Record<string, unknown>>): SmtpSettings | undefined {
  const { data } = mailSchema.safeParse(siteConfiguration);
  const address = data?.['email.address'];
  const server = data?.['email.smtp'];
  return data && address !== undefined && server ? { ...server, from: { name: data['email.senderName'], address } } : undefined;
}
