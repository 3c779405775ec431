import type { AddCommand } from '../add-command.js';
import { examineMachine } from '../doctor/examine-machine.js';
import { applyMends, examineServer, type MendOutcome } from '../doctor/examine-server.js';
import type { Finding, OfferedMend } from '../doctor/finding.js';
import { endpointOf } from '../endpoint.js';
import { commandOutput, table } from '../output.js';
import { printable } from '../printable.js';
import { type KernelChoice, kernelOptions } from '../with-kernel.js';

interface Options extends KernelChoice {
  readonly endpoint?: string;
  readonly fix?: boolean;
}

/** The server does so many at once. */
const MOST_MENDS = 100;
const OUTCOMES = { DONE: 'done', NOT_NEEDED: 'not needed any more', FAILED: 'failed' } as const;

/** Looks at this machine and at the Sextant that runs. Ends with code 1 while there is a problem. */
export const doctor: AddCommand = (program, done) => {
  const command = program
    .command('doctor')
    .description('Check this machine, the configuration and the Sextant that runs, and say how to mend what is wrong.')
    .option('--endpoint <url>', 'address of the Sextant')
    .option('--fix', 'do what is offered: what is safe, and needs no decision');
  for (const [flags, text] of kernelOptions) command.option(flags, text);
  command.action(async (options: Options) => {
    const { dataDir } = options;
    const endpoint = endpointOf(options.endpoint, dataDir === undefined ? process.env : { ...process.env, SEXTANT_DATA_DIR: dataDir });
    const isNamed = options.endpoint !== undefined || process.env.SEXTANT_ENDPOINT !== undefined;
    const findings = (await Promise.all([examineMachine(options), examineServer(endpoint, isNamed)])).flat();
    const mends = findings.flatMap(({ mend }) => (mend ? [mend] : [])).slice(0, MOST_MENDS);
    const out = commandOutput(program.opts().json === true);
    out.line(findingsInWords(findings));
    if (mends.length > 0) out.line(mendsInWords(mends, options.fix === true));
    const outcomes = options.fix && mends.length > 0 ? await applyMends(endpoint, mends) : [];
    if (outcomes.length > 0) out.line(outcomesInWords(outcomes, mends));
    out.json(findings.map((finding) => withOutcome(finding, outcomes)));
    done(isWell(findings, outcomes) ? 0 : 1);
  });
};

/** A problem that was just mended is one no more; whether it stays away, the next look tells. */
function isWell(findings: readonly Finding[], outcomes: readonly MendOutcome[]): boolean {
  const mended = new Set(outcomes.filter(({ outcome }) => outcome !== 'FAILED').map(({ id }) => id));
  return findings.every(({ status, mend }) => status !== 'problem' || (mend !== undefined && mended.has(mend.id)));
}

function withOutcome(finding: Finding, outcomes: readonly MendOutcome[]): object {
  const outcome = outcomes.find(({ id }) => id === finding.mend?.id);
  return outcome ? { ...finding, mend: { ...finding.mend, outcome: outcome.outcome, error: outcome.error } } : finding;
}

function findingsInWords(findings: readonly Finding[]): string {
  const rows = findings.map(({ check, status, detail }) => [check, status, printable(detail)]);
  const fixes = findings.filter(({ status, fix }) => status !== 'ok' && fix !== undefined);
  const lines = fixes.map(({ check, code, fix }) => `  ${check}: ${printable(fix ?? '')}${code === undefined ? '' : ` (${code})`}`);
  return [table(['check', 'status', 'detail'], rows), ...(lines.length > 0 ? ['', 'What to do:', ...new Set(lines)] : [])].join('\n');
}

const mendsInWords = (mends: readonly OfferedMend[], isDone: boolean): string =>
  ['', isDone ? 'This is done now:' : '"sextant doctor --fix" does this:', ...mends.map(({ does }) => `  ${printable(does)}`)].join('\n');

function outcomesInWords(outcomes: readonly MendOutcome[], mends: readonly OfferedMend[]): string {
  const lines = outcomes.map(({ id, outcome, error }) => {
    const does = mends.find((mend) => mend.id === id)?.does ?? id;
    return `  ${OUTCOMES[outcome]}: ${printable(does)}${error === null ? '' : ` ${printable(error)}`}`;
  });
  return ['', 'Of it:', ...lines].join('\n');
}
