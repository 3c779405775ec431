import { authorization, gitSshKey, gitUrlType, hostUrl, pathPattern } from '@sextant/plugin-code-host/api';
import { secret, z } from '@sextant/sdk';

// What Gerrit refuses in the name of a project, and what would lead a path elsewhere.
const projectName = z
  .string()
  .regex(/^[^\s\\?%*:<>|$"\p{Cc}~/](?:[^\\?%*:<>|$"\p{Cc}~]*[^\s\\?%*:<>|$"\p{Cc}~])?$/u, 'must be the name of a project')
  .refine((text) => !text.split('/').some((part) => part === '' || part === '.' || part === '..'), 'must be the name of a project');

export const gerritConfig = z.object({
  url: hostUrl().describe('Address of the server, with its path where it is below one'),
  username: z
    .string()
    .regex(/^[^:\s\p{Cc}/@]+$/u, 'must be a user name')
    .describe('The user name of an account at the server'),
  password: secret().describe('Its HTTP password, of the settings of the account'),
  projects: z.array(projectName).optional().describe('Projects, by their names; default: all that the account may read'),
  repositoryPathPattern: pathPattern('name'),
  gitURLType: gitUrlType(),
  gitSSHKey: gitSshKey(),
  sshPort: z.int().min(1).max(65_535).default(29_418).describe('Where the server listens to ssh, for gitURLType ssh'),
  authorization: authorization({}).describe(
    'Where it stands, the server decides who sees its projects; without it every user here does. The account needs the capabilities View Access and Run As',
  ),
});
export type GerritConfig = z.output<typeof gerritConfig>;
