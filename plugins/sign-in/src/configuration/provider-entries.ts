import { createHash } from 'node:crypto';
import type { ExternalService, GroupRule, ProviderEntry, SignInProvider } from '@sextant/plugin-identity/api';
import { type Contribution, z } from '@sextant/sdk';

/** One way to sign in, as the site configuration has it. */
export interface Way extends ProviderEntry {
  readonly provider: SignInProvider;
  readonly service: ExternalService;
  readonly displayName: string;
  readonly displayPrefix: string;
  /** Not shown on the sign-in page; its address works. */
  readonly hidden: boolean;
  /** Only to link accounts to one that is signed in. */
  readonly noSignIn: boolean;
  readonly order: number;
  readonly allowSignup: boolean;
  /** An address that both sides have proved links the account to the user who has it, unless that is a site admin. */
  readonly linkByVerifiedEmail: boolean;
  /** What the groups that the provider tells of give here. */
  readonly groups: readonly GroupRule[];
}

interface EntryProblem {
  readonly index: number;
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

const names = z.array(z.string().min(1).max(255)).max(100).optional();
const groupRule = z.strictObject({
  group: z.string().min(1).max(1_000),
  roles: names,
  teams: names,
  organizations: names,
  siteAdmin: z.boolean().optional(),
});

const common = z.object({
  type: z.string(),
  configID: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/, 'use letters, digits, - and _')
    .optional(),
  displayName: z.string().min(1).max(200).optional(),
  displayPrefix: z.string().max(200).optional(),
  hidden: z.boolean().default(false),
  noSignIn: z.boolean().default(false),
  order: z.number().optional(),
  allowSignup: z.boolean().optional(),
  linkByVerifiedEmail: z.boolean().default(false),
  groups: z.array(groupRule).max(1_000).default([]),
});

/** Those that are right, as they are shown, and what is wrong with the others, which are left out. */
export function parseEntries(
  entries: readonly unknown[],
  providers: readonly Contribution<SignInProvider>[],
): { readonly ways: readonly Way[]; readonly problems: readonly EntryProblem[] } {
  const ways = new Map<string, Way>();
  const problems: EntryProblem[] = [];
  for (const [index, entry] of entries.entries()) {
    const wrong = (message: string, path: readonly PropertyKey[] = []): void => void problems.push({ index, path, message });
    const shared = common.loose().safeParse(entry);
    if (!shared.success) {
      for (const issue of shared.error.issues) wrong(issue.message, issue.path);
      continue;
    }
    const { type, configID, displayName, displayPrefix, hidden, noSignIn, order, allowSignup, linkByVerifiedEmail, groups, ...own } =
      shared.data;
    const provider = providers.find(({ value }) => value.type === type)?.value;
    if (!provider) {
      wrong(`no active plugin knows the type "${type}"`, ['type']);
      continue;
    }
    const config = (provider.config as z.ZodObject).strict().safeParse(own);
    if (!config.success) {
      for (const issue of config.error.issues) wrong(issue.message, issue.path);
      continue;
    }
    const service = provider.service(config.data);
    const id = configID ?? idOf(type, service);
    if (ways.has(id)) {
      wrong(`another entry is "${id}" already; give each a configID of its own`, configID === undefined ? [] : ['configID']);
      continue;
    }
    ways.set(id, {
      id,
      config: config.data,
      provider,
      service,
      displayName: displayName ?? provider.title,
      displayPrefix: displayPrefix ?? 'Continue with',
      hidden,
      noSignIn,
      order: order ?? Number.POSITIVE_INFINITY,
      // Who is not known yet stays outside unless the site says otherwise; but whom a proxy lets in, it lets in.
      allowSignup: allowSignup ?? provider.identify !== undefined,
      linkByVerifiedEmail,
      groups,
    });
  }
  // A sort keeps the order of those that say none.
  return { ways: [...ways.values()].sort((a, b) => (a.order === b.order ? 0 : a.order - b.order)), problems };
}

/** Of one type and service there is mostly one entry. */
const idOf = (type: string, service: ExternalService): string =>
  service.id === '' ? type : `${type}-${createHash('sha256').update(`${service.type}\n${service.id}`).digest('hex').slice(0, 8)}`;
