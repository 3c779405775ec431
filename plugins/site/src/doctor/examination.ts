import { type Actor, type Contribution, errorCode, type Logger, SextantError } from '@sextant/sdk';
import type { Finding, Mend, SystemCheck } from '../api.js';

/** A finding, and whose it is. */
export interface ExaminedFinding extends Omit<Finding, 'mend'> {
  readonly plugin: string;
  readonly check: string;
  readonly mend: (Mend & { readonly key: string }) | undefined;
}

export type MendOutcome = 'done' | 'not-needed' | 'failed';

export interface MendReport {
  readonly key: string;
  readonly does: string | undefined;
  readonly outcome: MendOutcome;
  readonly error: string | undefined;
}

interface Asker {
  readonly actor: Actor;
  readonly signal: AbortSignal;
  readonly log: Logger;
}

/** Milliseconds for one check; all run at once, within the deadline of an operation. */
const PATIENCE = 25_000;
const ORDER = ['error', 'warning', 'ok'];

/** Every check of every plugin, the gravest findings first. One that throws or hangs is a finding itself. */
export async function examine(checks: readonly Contribution<SystemCheck>[], asker: Asker): Promise<readonly ExaminedFinding[]> {
  const found = (await Promise.all(checks.map((check) => ask(check, asker)))).flat();
  return found.sort((a, b) => ORDER.indexOf(a.level) - ORDER.indexOf(b.level));
}

/** Looks again, and does of what is offered then what was asked for. What is not offered any more is not needed, and not done. */
export async function mend(
  checks: readonly Contribution<SystemCheck>[],
  keys: readonly string[],
  asker: Asker,
): Promise<readonly MendReport[]> {
  const wanted = checks.filter(({ plugin, value }) => keys.some((key) => key.startsWith(`${plugin}/${value.name}/`)));
  const offered = new Map((await examine(wanted, asker)).flatMap(({ mend: one }) => (one ? [[one.key, one]] : [])));
  const reports: MendReport[] = [];
  for (const key of new Set(keys)) {
    const one = offered.get(key);
    if (!one) reports.push({ key, does: undefined, outcome: 'not-needed', error: undefined });
    else
      reports.push(
        await one.run(asker).then(
          () => ({ key, does: one.does, outcome: 'done' as const, error: undefined }),
          (error: unknown) => {
            asker.log.warn('a mend failed', { mend: key, error });
            return { key, does: one.does, outcome: 'failed' as const, error: wordsOf(error) };
          },
        ),
      );
  }
  return reports;
}

async function ask({ plugin, value }: Contribution<SystemCheck>, asker: Asker): Promise<readonly ExaminedFinding[]> {
  const signal = AbortSignal.any([asker.signal, AbortSignal.timeout(PATIENCE)]);
  const late = new Promise<never>((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true }));
  try {
    const findings = await Promise.race([value.run({ actor: asker.actor, signal }), late]);
    return findings.map(({ mend: one, ...finding }) => ({
      ...finding,
      fix: finding.fix ?? (finding.code === undefined ? undefined : errorCode(finding.code)?.fix),
      plugin,
      check: value.name,
      mend: one && { ...one, run: (options) => one.run(options), key: `${plugin}/${value.name}/${one.id}` },
    }));
  } catch (error) {
    asker.signal.throwIfAborted();
    asker.log.warn('a check could not be made', { plugin, check: value.name, error });
    const what = `The check "${value.name}" of the plugin "${plugin}" could not be made.`;
    const code = SextantError.is(error) ? error.code : 'SEXTANT_SITE_CHECK_FAILED';
    return [{ plugin, check: value.name, level: 'error', what, why: wordsOf(error), code, fix: errorCode(code)?.fix, mend: undefined }];
  }
}

/** What was thrown and is none of ours may hold anything. */
const wordsOf = (error: unknown): string =>
  SextantError.is(error) ? [error.what, error.why].filter(Boolean).join(' ') : 'The log says why.';
