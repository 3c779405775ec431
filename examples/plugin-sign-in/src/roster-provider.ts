import { createHash, randomBytes } from 'node:crypto';
import { type SignInProvider, signInRefused } from '@sextant/plugin-identity/api';
import { type OutboundHttp, secret, z } from '@sextant/sdk';
import { answersWrongly, provesNothing } from './errors.js';

const rosterConfig = z.object({
  url: z.url({ protocol: /^https?$/ }).describe('Address of the directory'),
  client: z.string().min(1).describe('Name of this Sextant at the directory'),
  clientSecret: secret().describe('Its password there'),
  allowDepartments: z.array(z.string().min(1)).optional().describe('People of these departments alone come in'),
});

const person = z.object({
  number: z.number().int(),
  login: z.string().min(1),
  name: z.string(),
  mail: z.string(),
  mailConfirmed: z.boolean(),
  departments: z.array(z.string()),
});

export const rosterProvider = (http: OutboundHttp): SignInProvider<typeof rosterConfig> => ({
  type: 'roster',
  title: 'Roster',
  config: rosterConfig,
  service: ({ url }) => ({ type: 'roster', id: new URL('/', url).href }),
  redirect: {
    async begin({ config }, { callbackUrl, state }) {
      const verifier = randomBytes(32).toString('base64url');
      const challenge = createHash('sha256').update(verifier).digest('base64url');
      const url = new URL('/enter', config.url);
      url.search = new URLSearchParams({ client: config.client, back: callbackUrl, state, challenge }).toString();
      return { url: url.href, keep: { verifier } };
    },

    async finish({ config }, { parameters, kept, signal }) {
      const ticket = parameters.get('ticket');
      const verifier = kept?.['verifier'];
      if (ticket === null || verifier === undefined) throw provesNothing('It holds no ticket that was asked for.');
      const response = await http.fetch(new URL('/ticket', config.url).href, {
        method: 'POST',
        from: 'admin',
        redirect: 'manual',
        signal,
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ ticket, verifier, client: config.client, secret: config.clientSecret.reveal() }),
      });
      if (response.status === 403) throw provesNothing('The directory knows no such ticket.');
      const { data: found } = person.safeParse(await response.json().catch(() => undefined));
      if (!response.ok || !found) throw answersWrongly(config.url, `Its answer, of status ${response.status}, names nobody.`);
      const allowed = config.allowDepartments;
      if (allowed && !allowed.some((department) => found.departments.includes(department)))
        throw signInRefused(`Only people of ${allowed.join(', ')} may come in.`);
      return {
        accountId: String(found.number),
        username: found.login,
        displayName: found.name,
        emails: [{ address: found.mail, verified: found.mailConfirmed }],
        groups: found.departments,
      };
    },
  },
});
