import { secret, z } from '@sextant/sdk';
import { RE2JS } from 're2js';

const regex = z.string().transform((text, ctx): RE2JS => {
  try {
    return RE2JS.compile(text);
  } catch (error) {
    ctx.addIssue({ code: 'custom', message: `it is not an RE2 pattern: ${error instanceof Error ? error.message : 'unknown'}` });
    return z.NEVER;
  }
});

/** `groups/team/projects`, `projects?search=x`, `?membership=true`: below the API, and nothing that leaves it. */
const query = z
  .string()
  .regex(
    /^(?:none|(?:(?:projects|groups\/[^?#]+\/projects|users\/[^?#/]+\/projects)?(?:\?[^#]*)?))$/,
    'must look like groups/team/projects or ?membership=true, or be none',
  )
  .refine((text) => !/(?:^|\/)\.{1,2}(?:\/|$)/.test(text), 'must not lead out of the API');

/** Keys and defaults are the field's. */
export const gitlabConfig = z.object({
  url: z
    .url({ protocol: /^https?$/ })
    .refine((text) => !URL.canParse(text) || new URL(text).username + new URL(text).password === '', 'must not hold a user or a password')
    .transform((text) => new URL(text.endsWith('/') ? text : `${text}/`).href)
    .default('https://gitlab.com/')
    .describe('Address of the server, with its path where it is below one'),
  token: secret().describe('A token with the scopes read_api and read_repository'),
  'token.type': z.enum(['pat', 'oauth']).default('pat').describe('Accepted and without effect: both are sent in the same way'),
  projects: z
    .array(z.union([z.strictObject({ name: z.string().min(1) }), z.strictObject({ id: z.int() })]))
    .default([])
    .describe('Projects, by their path with namespace or their id'),
  projectQuery: z
    .array(query)
    .optional()
    .describe(
      'Lists of the API, such as groups/team/projects or ?membership=true&search=x; "none". Default: ?membership=true where no projects are given, else none',
    ),
  nameTransformations: z
    .array(z.strictObject({ regex, replacement: z.string() }))
    .default([])
    .describe('Applied to the path with namespace, one after another, for the name here'),
  repositoryPathPattern: z
    .string()
    .includes('{pathWithNamespace}')
    .default('{host}/{pathWithNamespace}')
    .describe('How a project is named here: {host}, {pathWithNamespace}'),
  gitURLType: z.enum(['http', 'ssh']).default('http').describe('What git clones by'),
  gitSSHKey: secret().optional().describe('A private key in OpenSSH form, for gitURLType ssh'),
});
export type GitlabConfig = z.output<typeof gitlabConfig>;
