import { SextantError, z } from '@sextant/sdk';
import { type ChainHead, formatHead, parseHead } from '../../audit/chain-hash.js';
import type { KeptEntry } from '../../storage/audit-store.js';
import { identityCommand } from './wiring.js';

const LIST_LIMIT = 1_000;

const filters = {
  entity: z.string().optional().describe('Only entries about this, such as user.accessToken'),
  action: z.string().optional().describe('Only this action, such as created'),
  actor: z.string().optional().describe('Only by this user (name or number), or operator, anonymous, internal:git'),
  since: z.string().optional().describe('Only from this time on, such as 2026-11-27 or 2026-11-27T09:00:00Z'),
  until: z.string().optional().describe('Only before this time'),
};

const question = (args: {
  entity?: string | undefined;
  action?: string | undefined;
  actor?: string | undefined;
  since?: string | undefined;
  until?: string | undefined;
}) => ({
  ...args,
  since: args.since === undefined ? undefined : timeOf(args.since),
  until: args.until === undefined ? undefined : timeOf(args.until),
});

const verify = identityCommand({
  name: 'audit verify',
  summary: 'Checks that the audit log is whole and unchanged, and names the first entry that is not',
  arguments: z.object({ head: z.string().optional().describe('A head that "audit head" printed before: the log must go through it') }),
  async run(args, identity, out, signal) {
    const known = args.head === undefined ? undefined : headOf(args.head);
    const verdict = await identity.auditReader.verify({
      signal,
      ...(known ? { known } : {}),
      progress: (entries) => out.note(`${entries} entries are as they were written …`),
    });
    const { entries, from, problem, waiting } = verdict;
    const head = formatHead(verdict.head);
    out.json({ ok: problem === undefined, entries, from, head, waiting, problem: problem ?? null });
    if (waiting > 0) out.note(`${waiting} entries wait to be put into the chain.`);
    if (known && known.position < from - 1)
      out.note(`Entry ${known.position}, of the head that was given, was cut since: nothing can be said of it.`);
    if (problem) {
      out.line(`The audit log is not as it was written. First bad entry: ${problem.position} (${problem.kind}). ${problem.what}`);
      return 1;
    }
    out.line(`${entries} entries, from ${from} on, are as they were written. Head: ${head}`);
    return 0;
  },
});

const head = identityCommand({
  name: 'audit head',
  summary:
    'Prints where the audit log ends, to be kept elsewhere: "audit verify --head" proves later that nothing before it was changed or cut',
  arguments: z.object({}),
  async run(_args, identity, out) {
    await identity.auditReader.catchUp();
    const text = formatHead(await identity.auditReader.store.head());
    out.line(text);
    out.json({ head: text });
    return 0;
  },
});

const list = identityCommand({
  name: 'audit list',
  summary: 'Lists entries of the audit log, newest first',
  arguments: z.object({
    ...filters,
    limit: z.number().int().min(1).max(LIST_LIMIT).default(50).describe(`How many, at most ${LIST_LIMIT}`),
  }),
  async run({ limit, ...args }, identity, out) {
    const { auditReader } = identity;
    const filter = await auditReader.filterOf(question(args));
    await auditReader.catchUp();
    const rows = await auditReader.store.list(filter, { limit });
    const names = await auditReader.namesIn(rows);
    for (const row of rows) {
      const { timestamp, actor, entity, action, fields } = row.entry;
      const details = Object.entries(fields).map(([key, value]) => `${key}=${names.field(key, value)}`);
      const columns = [row.position, timestamp, names.beside(actor.actorUID), actor.ip ?? '-', `${entity} ${action}`, details.join(' ')];
      // What somebody wrote begins no line or column that looks like another.
      out.line(columns.map((column) => String(column).replace(/\s/g, ' ')).join('\t'));
    }
    out.json(rows.map(plain));
    return 0;
  },
});

const dump = identityCommand({
  name: 'audit export',
  summary: 'Prints entries of the audit log as JSON lines, oldest first, with their hashes',
  arguments: z.object(filters),
  async run(args, identity, out, signal) {
    const { auditReader } = identity;
    const filter = await auditReader.filterOf(question(args));
    await auditReader.catchUp();
    for await (const row of auditReader.all(filter, signal)) {
      out.line(asciiJson(plain(row)));
      out.json(plain(row));
    }
    return 0;
  },
});

const reseal = identityCommand({
  name: 'audit reseal',
  summary: 'Signs the audit log as it stands, after its key was lost or "audit verify" found something that is understood now',
  arguments: z.object({ yes: z.boolean().default(false).describe('Do it; without, only say what would be done') }),
  async run({ yes }, identity, out) {
    if (!yes) {
      out.note('This takes the audit log as it stands for good, and writes down that it did. Say --yes to do it.');
      return 2;
    }
    const text = formatHead(await identity.auditReader.reseal());
    await identity.auditReader.catchUp();
    out.line(`The audit log is signed anew, at ${text}.`);
    out.json({ head: text });
    return 0;
  },
});

export const auditCommands = [verify, head, list, dump, reseal];

/** The same JSON, in characters that no terminal obeys and none has to be taken out for. */
const asciiJson = (value: object): string =>
  JSON.stringify(value).replace(/[^ -~]/g, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`);

const plain = ({ position, entry, previous, hash }: KeptEntry): object => ({ position, ...entry, previous, hash });

function headOf(text: string): ChainHead {
  const parsed = parseHead(text);
  if (parsed) return parsed;
  throw new SextantError('SEXTANT_AUDIT_ARGUMENT', {
    what: 'This is no head of an audit log.',
    fix: 'Give one that "sextant audit head" printed.',
  });
}

function timeOf(text: string): Date {
  const time = /^\d{4}-\d{2}-\d{2}(?:T[\d:.]+(?:Z|[+-]\d{2}:\d{2}))?$/.test(text) ? new Date(text) : new Date(Number.NaN);
  if (!Number.isNaN(time.getTime())) return time;
  throw new SextantError('SEXTANT_AUDIT_ARGUMENT', {
    what: `"${text.slice(0, 100)}" is not a time.`,
    fix: 'Write 2026-11-27 or 2026-11-27T09:00:00Z.',
  });
}
