import { SextantError, z } from '@sextant/sdk';
import { type Endpoint, graphql } from '../endpoint.js';
import type { Finding, OfferedMend } from './finding.js';

const text = z.string().nullable();
const Found = z.object({
  doctor: z.array(
    z.object({
      plugin: z.string(),
      check: z.string(),
      level: z.enum(['OK', 'WARNING', 'ERROR']),
      what: z.string(),
      why: text,
      code: text,
      fix: text,
      mend: z.object({ id: z.string(), does: z.string() }).nullable(),
    }),
  ),
  plugins: z.array(
    z.object({ id: z.string(), processes: z.array(z.object({ instance: z.string(), state: z.string(), reason: text, code: text })) }),
  ),
});
const QUERY = `{
  doctor { plugin check level what why code fix mend { id does } }
  plugins { id processes { instance state reason code } }
}`;
const STATUS = { OK: 'ok', WARNING: 'warning', ERROR: 'problem' } as const;

/** What the Sextant that runs says of itself, its processes, its hosts. One that does not run is a finding; that it is a problem, only where it was named. */
export async function examineServer(endpoint: Endpoint, isNamed: boolean): Promise<readonly Finding[]> {
  try {
    const { doctor, plugins } = await graphql(endpoint, QUERY, Found);
    return [...doctor.map(findingOf), ...elsewhere(plugins)];
  } catch (error) {
    if (!SextantError.is(error)) throw error;
    if (error.code === 'SEXTANT_CLI_UNREACHABLE')
      return [
        {
          check: 'server',
          status: isNamed ? 'problem' : 'warning',
          detail: `${error.what} Only this machine was looked at.`,
          code: error.code,
          ...(error.fix ? { fix: error.fix } : {}),
        },
      ];
    const isLocal = error.code === 'SEXTANT_AUTH_LOCAL_ACCOUNT';
    const fix = (isLocal && error.fix) || 'Give the access token of a site admin in SEXTANT_ACCESS_TOKEN.';
    return [{ check: 'server', status: 'problem', detail: [error.what, error.why].filter(Boolean).join(' '), code: error.code, fix }];
  }
}

type Told = z.output<typeof Found>;

const findingOf = ({ plugin, check, level, what, why, code, fix, mend }: Told['doctor'][number]): Finding => ({
  check: `${plugin}/${check}`,
  status: STATUS[level],
  detail: why ? `${what} ${why}` : what,
  ...(code ? { code } : {}),
  ...(fix ? { fix } : {}),
  ...(mend ? { mend } : {}),
});

/** The process that answered has told its own plugins already: it is the first of each. */
function elsewhere(plugins: Told['plugins']): readonly Finding[] {
  return plugins.flatMap(({ id, processes }) =>
    processes
      .slice(1)
      .filter(({ state }) => state !== 'ACTIVE' && state !== 'DISABLED')
      .map(({ instance, state, reason, code }): Finding => {
        const detail = `The plugin "${id}" is ${state.toLowerCase()} in ${instance}. ${reason ?? ''}`.trim();
        return { check: 'processes', status: state === 'DEGRADED' ? 'warning' : 'problem', detail, ...(code ? { code } : {}) };
      }),
  );
}

const Mended = z.object({
  applyMends: z.array(z.object({ id: z.string(), outcome: z.enum(['DONE', 'NOT_NEEDED', 'FAILED']), error: text })),
});
export type MendOutcome = z.output<typeof Mended>['applyMends'][number];

/** Has these mends done, and no others. */
export async function applyMends(endpoint: Endpoint, mends: readonly OfferedMend[]): Promise<readonly MendOutcome[]> {
  const mutation = 'mutation Mend($ids: [ID!]!) { applyMends(ids: $ids) { id outcome error } }';
  return (await graphql(endpoint, mutation, Mended, { ids: mends.map(({ id }) => id) })).applyMends;
}
