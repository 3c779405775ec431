import { z } from '@sextant/sdk';

export const SECURITY_TXT = 'security.txt';

const isWebUrl = (text: string): boolean => /^https:\/\//.test(text) && URL.canParse(text);
// Control characters would begin a line of their own.
const isContact = (text: string): boolean =>
  /^[!-~]+$/.test(text) && (isWebUrl(text) || /^mailto:[^@]+@[^@]+$/.test(text) || /^tel:\+?[\d-]+$/.test(text));

export const securityTxtSchema = z.object({
  [SECURITY_TXT]: z
    .object({
      contact: z
        .array(z.string().max(500).refine(isContact, 'write mailto:security@example.com, an https URL, or tel:+1-201-555-0123'))
        .min(1)
        .max(10)
        .describe('Where vulnerabilities of this installation are reported, the preferred way first'),
      policy: z
        .string()
        .max(500)
        .refine((text) => /^[!-~]+$/.test(text) && isWebUrl(text), 'write an https URL')
        .optional()
        .describe('The page of the disclosure policy'),
      preferredLanguages: z
        .array(z.string().regex(/^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$/, 'write language tags such as en or pt-BR'))
        .min(1)
        .max(20)
        .default(['en'])
        .describe('Languages in which reports are read'),
    })
    .optional()
    .describe('Contact for security researchers, published at /.well-known/security.txt; without it there is no such page'),
});

/** Days for which what is published holds: the RFC recommends less than a year. */
const VALID_FOR = 180;

/** The text of RFC 9116; undefined where the site names no contact. */
export function securityTxt(
  effective: Readonly<Record<string, unknown>>,
  { externalUrl, now }: { readonly externalUrl: string; readonly now: Date },
): string | undefined {
  const said = securityTxtSchema.safeParse({ [SECURITY_TXT]: effective[SECURITY_TXT] }).data?.[SECURITY_TXT];
  if (said === undefined) return undefined;
  // The same text all day long.
  const expires = new Date(Math.floor(now.getTime() / 86_400_000 + VALID_FOR) * 86_400_000);
  const lines = [
    ...said.contact.map((contact) => `Contact: ${contact}`),
    `Expires: ${expires.toISOString().replace('.000', '')}`,
    `Preferred-Languages: ${said.preferredLanguages.join(', ')}`,
    // Web addresses must be https there.
    ...(externalUrl.startsWith('https://') ? [`Canonical: ${externalUrl}/.well-known/security.txt`] : []),
    ...(said.policy === undefined ? [] : [`Policy: ${said.policy}`]),
  ];
  return `${lines.join('\n')}\n`;
}
