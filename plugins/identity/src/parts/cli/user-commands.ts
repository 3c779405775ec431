import { z } from '@sextant/sdk';
import type { User } from '../../api.js';
import { OPERATOR } from '../../audit/audit-entry.js';
import type { Identity } from '../../identity.js';
import { identityCommand, userByName } from './wiring.js';

const LIST_LIMIT = 5000;
const username = z.string().describe('User name').meta({ positional: true });

const create = identityCommand({
  name: 'user create',
  summary: 'Creates a user',
  arguments: z.object({
    username,
    email: z.string().optional().describe('Address, taken as proved'),
    displayName: z.string().optional().describe('Name for people'),
    siteAdmin: z.boolean().default(false).describe('Makes the user a site admin'),
  }),
  async run(args, identity, out) {
    const user = await identity.accounts.create(
      {
        username: args.username,
        displayName: args.displayName,
        siteAdmin: args.siteAdmin,
        emails: args.email === undefined ? [] : [{ address: args.email, verified: true }],
      },
      async (tx, { id }) => {
        await identity.audit.record('user', 'created', OPERATOR, { subjectUID: String(id), siteAdmin: args.siteAdmin }, { tx });
        if (args.email !== undefined)
          await identity.audit.record('user.email', 'added', OPERATOR, { subjectUID: String(id), verified: true }, { tx });
      },
    );
    out.line(`User ${user.username} is created.`);
    out.note(`Create a token with: sextant token create --user ${user.username}`);
    out.json(plain(user));
    return 0;
  },
});

const list = identityCommand({
  name: 'user list',
  summary: 'Lists users',
  arguments: z.object({ query: z.string().optional().describe('Only users whose names or addresses hold this') }),
  async run({ query }, identity, out) {
    const rows = await identity.users.list({ query }, { limit: LIST_LIMIT + 1, afterId: 0 });
    const users = rows.slice(0, LIST_LIMIT);
    for (const user of users) out.line([user.id, user.username, user.siteAdmin ? 'site admin' : 'user', user.displayName ?? ''].join('\t'));
    if (rows.length > LIST_LIMIT) out.note(`Only the first ${LIST_LIMIT} are shown; narrow them with --query.`);
    out.json(users.map(plain));
    return 0;
  },
});

const promote = identityCommand({
  name: 'user promote',
  summary: 'Makes a user a site admin',
  arguments: z.object({ username }),
  async run(args, identity, out) {
    const user = await setSiteAdmin(identity, args.username, true);
    out.line(`${user.username} is a site admin.`);
    out.json(plain(user));
    return 0;
  },
});

const demote = identityCommand({
  name: 'user demote',
  summary: 'Takes the rights of a site admin from a user',
  arguments: z.object({ username }),
  async run(args, identity, out) {
    const user = await setSiteAdmin(identity, args.username, false);
    out.line(`${user.username} is an ordinary user.`);
    out.json(plain(user));
    return 0;
  },
});

export const userCommands = [create, list, promote, demote];

const setSiteAdmin = async (identity: Identity, name: string, siteAdmin: boolean): Promise<User> =>
  identity.accounts.setSiteAdmin((await userByName(identity, name)).id, siteAdmin, (tx, { id }) =>
    identity.audit.record('user', 'modified', OPERATOR, { subjectUID: String(id), siteAdmin }, { tx }),
  );

const plain = ({ id, username: name, displayName, siteAdmin, createdAt }: User): object => ({
  id,
  username: name,
  displayName: displayName ?? null,
  siteAdmin,
  createdAt,
});
