import { failed, type SearchRun } from './search-run.js';

type AskRun = Pick<SearchRun, 'tally' | 'log' | 'signal' | 'timeLeft'>;

/**
 * What a plugin answers, while the search has time for it; undefined, and said in the verdict, where it fails or comes too late.
 * @param what as the verdict names it: "repo:has.team()"
 * @throws the reason of the abort, when the search was aborted
 */
export async function askPlugin<T>(run: AskRun, what: string, ask: (signal: AbortSignal) => Promise<T> | T): Promise<T | undefined> {
  const timeUp = AbortSignal.timeout(Math.max(1, Math.ceil(run.timeLeft())));
  const signal = AbortSignal.any([run.signal, timeUp]);
  const { promise, reject } = Promise.withResolvers<never>();
  const end = (): void => reject(signal.reason);
  signal.addEventListener('abort', end, { once: true });
  try {
    signal.throwIfAborted();
    return await Promise.race([promise, ask(signal)]);
  } catch (error) {
    if (run.signal.aborted) throw error;
    if (timeUp.aborted) run.tally.leaveOut('timed-out', `The time was up before ${what} was answered`);
    else failed(run, error, `${what} could not be answered`);
    return undefined;
  } finally {
    signal.removeEventListener('abort', end);
  }
}
