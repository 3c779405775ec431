import { gitSshKey, gitUrlType, hostUrl, pathPattern } from '@sextant/plugin-code-host/api';
import { secret, z } from '@sextant/sdk';

/** Of an organization, a collection or a project: whatever stands between two slashes of an address, and leads nowhere else. */
const name = /^(?!\.{1,2}$)[^/\\?#%:*"<>|\s](?:[^/\\?#%:*"<>|]*[^/\\?#%:*"<>|\s])?$/;

/** Keys and defaults are the field's. */
export const azureDevopsConfig = z
  .object({
    url: hostUrl()
      .default('https://dev.azure.com/')
      .describe('Address of Azure DevOps, or of an Azure DevOps Server, with its path where it is below one'),
    username: z.string().min(1).optional().describe('The user of the token, which the host does not look at; or of the Windows password'),
    token: secret().optional().describe('A personal access token with the scope Code (Read)'),
    windowsPassword: secret().optional().describe('Of an Azure DevOps Server that takes basic authentication, in the place of a token'),
    orgs: z
      .array(z.string().regex(name, 'must be the name of an organization'))
      .default([])
      .describe('Organizations, or collections of a server, whose repositories are listed'),
    projects: z
      .array(z.string().refine(isProject, 'must look like organization/project'))
      .default([])
      .describe('Projects whose repositories are listed, as organization/project'),
    enforcePermissions: z
      .boolean()
      .optional()
      .describe('The host decides who sees its repositories, and users sign in by it; otherwise every user here does'),
    repositoryPathPattern: pathPattern('org', 'project', 'repository'),
    gitURLType: gitUrlType(),
    gitSSHKey: gitSshKey(),
  })
  .refine(({ token, username, windowsPassword }) => token !== undefined || (username !== undefined && windowsPassword !== undefined), {
    message: 'a token is needed, or a username with a Windows password',
    path: ['token'],
  })
  // The API has no list over all organizations.
  .refine(({ orgs, projects }) => orgs.length + projects.length > 0, { message: 'organizations or projects are needed', path: ['orgs'] });
export type AzureDevopsConfig = z.output<typeof azureDevopsConfig>;

function isProject(text: string): boolean {
  const [org = '', project = '', ...rest] = text.split('/');
  return rest.length === 0 && name.test(org) && name.test(project);
}

/** Organizations that the connection has anything of, each once. */
export const orgsOf = ({ orgs, projects }: AzureDevopsConfig): readonly string[] => [
  ...new Map([...orgs, ...projects.map((project) => project.split('/')[0] ?? '')].map((org) => [org.toLowerCase(), org])).values(),
];
