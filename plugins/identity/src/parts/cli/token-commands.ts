import { parseDuration, SextantError, z } from '@sextant/sdk';
import { OPERATOR } from '../../audit/audit-entry.js';
import type { AccessToken } from '../../storage/access-token-store.js';
import { identityCommand, userByName } from './wiring.js';

const LIST_LIMIT = 1000;

const create = identityCommand({
  name: 'token create',
  summary: 'Creates an access token and prints it, once',
  arguments: z.object({
    user: z.string().optional().describe('Whom the token stands for; default: the local site admin'),
    note: z.string().default('created at the command line').describe('What the token is for'),
    scopes: z.string().default('user:all').describe('Comma-separated: user:all, externalapi:read, externalapi:write, site-admin:sudo'),
    expires: z.string().optional().describe('How long it works, such as 12h or 90d, or "never"; default: as the configuration says'),
  }),
  async run(args, identity, out) {
    const subject = args.user === undefined ? await identity.localAdmin.get() : await userByName(identity, args.user);
    const { token, text } = await identity.tokens.issue(
      {
        subject,
        creator: undefined,
        scopes: args.scopes.split(',').map((scope) => scope.trim()),
        note: args.note,
        duration: lifetime(args.expires),
      },
      (tx, { id, scopes }) =>
        identity.audit.record(
          'user.accessToken',
          'created',
          OPERATOR,
          { tokenID: id, subjectUID: String(subject.id), scopes: scopes.join(' ') },
          { tx },
        ),
    );
    out.note(
      `Access token ${token.id} for ${subject.username}, ${token.expiresAt ? `until ${token.expiresAt.toISOString()}` : 'without expiry'}. It is not shown again.`,
    );
    out.line(text.reveal());
    out.json({ ...plain(token), user: subject.username, token: text.reveal() });
    return 0;
  },
});

const list = identityCommand({
  name: 'token list',
  summary: 'Lists access tokens, newest first',
  arguments: z.object({ user: z.string().optional().describe('Only the tokens that stand for this user') }),
  async run(args, identity, out) {
    const subject = args.user === undefined ? undefined : (await userByName(identity, args.user)).id;
    const rows = await identity.tokens.list({ subject, limit: LIST_LIMIT + 1 });
    const tokens = rows.slice(0, LIST_LIMIT);
    const names = await identity.users.byIds(tokens.map((token) => token.subjectUserId));
    const user = (token: AccessToken): string => names.get(token.subjectUserId)?.username ?? '';
    for (const token of tokens) {
      const used = token.lastUsedAt ? `used ${token.lastUsedAt.toISOString()}` : 'never used';
      const expiry = token.expiresAt ? `expires ${token.expiresAt.toISOString()}` : 'does not expire';
      out.line([token.id, user(token), token.scopes.join(','), expiry, used, token.note].join('\t'));
    }
    if (rows.length > LIST_LIMIT) out.note(`Only the newest ${LIST_LIMIT} are shown; name a user with --user to see fewer.`);
    out.json(tokens.map((token) => ({ ...plain(token), user: user(token) })));
    return 0;
  },
});

const revoke = identityCommand({
  name: 'token revoke',
  summary: 'Revokes an access token; it stops working at once',
  arguments: z.object({
    id: z.coerce
      .number('must be the number that "token list" shows')
      .int()
      .min(1)
      .max(0x7fffffff)
      .describe('The number that "token list" shows')
      .meta({ positional: true }),
  }),
  async run({ id }, identity, out) {
    const token = await identity.tokens.byId(id);
    const revoked =
      token &&
      (await identity.tokens.revoke(id, (tx) =>
        identity.audit.record('user.accessToken', 'deleted', OPERATOR, { tokenID: id, subjectUID: String(token.subjectUserId) }, { tx }),
      ));
    if (!revoked) {
      throw new SextantError('SEXTANT_ACCESS_TOKEN_NOT_FOUND', {
        what: `There is no access token ${id}.`,
        fix: 'See: sextant token list.',
      });
    }
    out.line(`Access token ${id} is revoked.`);
    out.json({ id, revoked: true });
    return 0;
  },
});

export const tokenCommands = [create, list, revoke];

function lifetime(expires: string | undefined): number | 'never' | undefined {
  if (expires === undefined || expires === 'never') return expires;
  const milliseconds = parseDuration(expires);
  if (milliseconds === undefined) {
    throw new SextantError('SEXTANT_ACCESS_TOKEN_INVALID', {
      what: `"${expires}" is not a time to last.`,
      fix: 'Write 12h, 90d, or never.',
    });
  }
  return Math.floor(milliseconds / 1000);
}

const plain = ({ id, note, scopes, createdAt, expiresAt, lastUsedAt }: AccessToken): object => ({
  id,
  note,
  scopes,
  createdAt,
  expiresAt: expiresAt ?? null,
  lastUsedAt: lastUsedAt ?? null,
});
