import { gitSshKey } from '@sextant/plugin-code-host/api';
import { z } from '@sextant/sdk';

const HOST = /^(?:ssh:\/\/)?([A-Za-z0-9_][A-Za-z0-9_.-]*)@((?:[A-Za-z0-9][A-Za-z0-9.-]*|\[[0-9a-fA-F:.]+\])(?::\d{1,5})?)\/?$/;

/** `git@host`, put out as `ssh://git@host/`, with the slash. */
const host = z.string().transform((text, ctx): string => {
  const [, user, at] = HOST.exec(text) ?? [];
  const url = `ssh://${user}@${at}/`;
  if (user !== undefined && URL.canParse(url)) return new URL(url).href.replace(/:22\/$/, '/');
  ctx.addIssue({ code: 'custom', message: 'must look like git@gitolite.example.com, or git@gitolite.example.com:2222' });
  return z.NEVER;
});

export const gitoliteConfig = z.object({
  host: host.describe('User and address of the server, such as git@gitolite.example.com; with a port after a colon where it is not 22'),
  prefix: z
    .string()
    .optional()
    .describe("What stands before the name that a repository has at the server; default: the server's address and a slash"),
  gitSSHKey: gitSshKey().describe('A private key in OpenSSH form that Gitolite knows; default: those of the user whom Sextant runs as'),
});
export type GitoliteConfig = z.output<typeof gitoliteConfig>;
