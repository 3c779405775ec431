import { type Resolved, type Resolver, SextantError } from '@sextant/sdk';
import { type ExaminedFinding, examine, type MendReport, mend } from '../../doctor/examination.js';
import type { ApiDeps } from './wiring.js';

type Fields = Readonly<Record<string, Resolver>>;

const MOST_MENDS = 100;

export function doctorResolvers(d: Resolved<ApiDeps>): {
  readonly types: Readonly<Record<'DoctorFinding' | 'DoctorMendReport', Fields>>;
  readonly queries: Fields;
  readonly mutations: Fields;
} {
  return {
    queries: { doctor: (_parent, _args, operation) => examine(d.checks, operation) },
    mutations: {
      applyMends: async (_parent, { ids }: { readonly ids: readonly string[] }, operation) => {
        if (ids.length > MOST_MENDS)
          throw new SextantError('SEXTANT_SITE_MENDS', {
            what: `${ids.length} mends are named.`,
            why: `At most ${MOST_MENDS} are done at once.`,
            fix: 'Name fewer.',
          });
        const reports = await mend(d.checks, ids, operation);
        for (const { key, outcome } of reports)
          await d.audit.record('site.doctor', 'mended', { actor: operation.actor }, { mend: key, outcome });
        return reports;
      },
    },
    types: {
      DoctorFinding: {
        level: ({ level }: ExaminedFinding) => level.toUpperCase(),
        mend: ({ mend: one }: ExaminedFinding) => (one ? { id: one.key, does: one.does } : null),
      },
      DoctorMendReport: {
        id: ({ key }: MendReport) => key,
        does: ({ does }: MendReport) => does ?? null,
        outcome: ({ outcome }: MendReport) => outcome.toUpperCase().replace('-', '_'),
      },
    },
  };
}
