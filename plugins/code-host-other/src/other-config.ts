import { z } from '@sextant/sdk';
import { type Address, isAbsolute, splitAddress } from './address.js';

/** Instead of a list: ask the server for it, as `src serve-git` answers. */
const SERVE_MARKERS: readonly string[] = ['src-serve', 'src-serve-local', 'src-expose'];

const address = z.string().transform((text, ctx): Address => {
  const split = splitAddress(text);
  if (!('problem' in split)) return split;
  ctx.addIssue({ code: 'custom', message: `it ${split.problem}` });
  return z.NEVER;
});

export type ListedEntry = { readonly absolute: Address } | { readonly relative: string };

const entry = z.string().transform((text, ctx): ListedEntry => {
  if (!isAbsolute(text)) {
    const relative = text.replace(/^\/+|\/+$/g, '');
    if (
      relative !== '' &&
      !/[?#\\\s]/.test(relative) &&
      !relative.split('/').some((segment) => segment === '..' || segment === '.' || segment.startsWith('-'))
    )
      return { relative };
    ctx.addIssue({ code: 'custom', message: 'it is neither a URL nor a path below "url"' });
    return z.NEVER;
  }
  const split = splitAddress(text);
  if (!('problem' in split)) return { absolute: split };
  ctx.addIssue({ code: 'custom', message: `it ${split.problem}` });
  return z.NEVER;
});

/** Keys and defaults are the field's. */
export const otherConfig = z.object({
  url: address
    .optional()
    .describe('What relative repositories are below; https, http or ssh. Credentials in it are used for git, and never shown'),
  repos: z.array(entry).min(1).describe('URLs, or paths below "url"; ["src-serve"] asks the server for its list'),
  repositoryPathPattern: z
    .string()
    .optional()
    .describe(
      'How a repository is named: {base} is the host and path of the URL, {repo} the path below it; default: {base}/{repo}, and as the server says for a list of its own',
    ),
  makeReposPublicOnDotCom: z.boolean().optional().describe('Accepted and without effect'),
});
export type OtherConfig = z.output<typeof otherConfig>;

/** The server is asked for its list. */
export const isServed = ({ repos }: OtherConfig): boolean => {
  const [only] = repos;
  return repos.length === 1 && only !== undefined && 'relative' in only && SERVE_MARKERS.includes(only.relative);
};
