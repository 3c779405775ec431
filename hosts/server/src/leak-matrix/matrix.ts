import type { Answer, Asker, Row } from './row.js';
import { isCloned } from './row.js';
import { marksOf, type Target, withoutMarks } from './target.js';
import type { ShiftedClock } from './world/shifted-clock.js';
import type { StepRecorder } from './world/step-recorder.js';

/** Who is asked about what, and what there would be if it were not there. */
export interface Question {
  readonly asker: Asker;
  readonly targets: readonly Target[];
  /** Of the same kind, and never there. */
  readonly ghost: Target;
  /** The truth, by a model that knows nothing of the wall. */
  may(asker: Asker, target: Target): boolean;
  /** Done before a row is asked. */
  before?(row: Row): Promise<void>;
}

export interface Failure {
  readonly row: string;
  readonly asker: string;
  readonly target: string;
  /** `reveals`: it says so. `differs`: it looks otherwise than what never was. `steps`: other work is done for it. `lost`: one may see it, and is not shown it. */
  readonly problem: 'reveals' | 'differs' | 'steps' | 'lost';
  /** What there was, and what there would have been. */
  readonly detail: string;
}

export interface MatrixResult {
  readonly cells: number;
  readonly failures: readonly Failure[];
}

/** Where questions are asked. */
export interface Place {
  readonly steps: StepRecorder;
  readonly clock: ShiftedClock;
}

/** A difference that comes by chance, of a cache or a schedule, is gone when it is asked again. */
const TRIES = 5;

/** Asks every row, as every asker, about every target. */
export async function askAll(rows: readonly Row[], questions: readonly Question[], { steps, clock }: Place): Promise<MatrixResult> {
  let cells = 0;
  const failures: Failure[] = [];
  // Steps are told apart by who they are done for: one who asks does one thing at a time, and different ones ask at once.
  const byActor = Map.groupBy(questions, ({ asker }) => asker.actorId);
  const signedIn = [...byActor].filter(([actorId]) => actorId !== 'anonymous').map(([, own]) => own);
  for (const row of rows) {
    const askInTurn = async (own: readonly Question[]): Promise<void> => {
      for (const question of own) {
        await question.before?.(row);
        const asked = new Asked(row, question.asker, steps);
        for (const target of question.targets) {
          if (target.of === 'file' && row.about !== 'file') continue;
          const failure = await askOne(row, question, target, asked);
          if (failure === 'not asked') continue;
          cells++;
          if (failure) failures.push(failure);
        }
      }
    };
    await clock.inOneMoment(async () => {
      await Promise.all(signedIn.map(askInTurn));
      // What a route does that asks nobody who they are is nobody's, whoever calls it.
      await askInTurn(byActor.get('anonymous') ?? []);
    });
  }
  return { cells, failures };
}

/** What a row says to one asker. What is sent for several targets alike, as what never was is for all of them, is sent once, and again where one looks otherwise. */
class Asked {
  readonly #known = new Map<string, Promise<Done>>();

  constructor(
    private readonly row: Row,
    private readonly asker: Asker,
    private readonly steps: StepRecorder,
  ) {}

  about(target: Target): Promise<Done> {
    const request = this.row.request?.(target) ?? `${target.of} ${target.key}`;
    const known = this.#known.get(request) ?? this.steps.of(this.asker.actorId, () => this.row.ask(this.asker, target));
    this.#known.set(request, known);
    return known;
  }

  forget(): void {
    this.#known.clear();
  }
}

interface Done {
  readonly result: Answer;
  readonly steps: readonly string[];
}

async function askOne(row: Row, question: Question, target: Target, asked: Asked): Promise<Failure | 'not asked' | undefined> {
  const { asker, ghost } = question;
  const allowed = question.may(asker, target);
  if (allowed && (row.spoils || (row.forAdmins && !asker.siteAdmin))) return 'not asked';
  const failed = (problem: Failure['problem'], detail: string): Failure => ({
    row: row.name,
    asker: asker.name,
    target: `${target.key}${target.of === 'file' ? '’s closed file' : ''}`,
    problem,
    detail,
  });
  const compare = async (): Promise<Failure | undefined> => {
    const nothing = allowed ? undefined : await asked.about(ghost);
    const { result: answer, steps: done } = await asked.about(target);
    const reveals = row.reveals?.(answer, target) ?? marksOf(target).some((mark) => answer.body.includes(mark));
    if (!nothing) return (row.shows ?? isCloned)(target, asker) && !reveals ? failed('lost', answer.body.slice(0, 600)) : undefined;
    if (reveals) return failed('reveals', answer.body.slice(0, 600));
    const [here, there] = [shown(answer, target), shown(nothing.result, ghost)];
    if (here !== there) return failed('differs', difference(here, there));
    const other = otherWork(done, nothing.steps);
    return other === undefined ? undefined : failed('steps', other);
  };
  let failure = await compare();
  for (let tries = 1; failure && tries < TRIES; tries++) {
    asked.forget();
    failure = await compare();
  }
  return failure;
}

/** What every answer has of its own: times, and the id of the request. */
const OF_THE_REQUEST = /(?<="(?:elapsedMilliseconds|durationMs|milliseconds)":)\d+|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;

// How long a body is, is seen in it; of the answer to HEAD it is all there is.
export const shown = ({ status, headers: { 'content-length': length, ...headers }, body }: Answer, target: Target): string =>
  withoutMarks(`${status}\n${JSON.stringify(headers)}\n${body === '' ? length : ''}\n${body.replaceAll(OF_THE_REQUEST, '<own>')}`, target);

/** What is done in one case and not in the other, whatever comes first; undefined: nothing. */
export function otherWork(here: readonly string[], there: readonly string[]): string | undefined {
  const [work, rest] = [here, there].map((list) => [...list].sort().join('\n')) as [string, string];
  return work === rest ? undefined : difference(work, rest);
}

/** From a little before where they part. */
export function difference(a: string, b: string): string {
  let at = 0;
  while (at < a.length && a[at] === b[at]) at++;
  const from = Math.max(0, at - 80);
  return `…${a.slice(from, at + 300)}\n   instead of\n…${b.slice(from, at + 300)}`;
}

/** One line for each row and problem, with the first of its cases in full. */
export function inWords(failures: readonly Failure[]): string {
  const groups = Map.groupBy(failures, ({ row, problem }) => `${row}: ${problem}`);
  return [...groups]
    .map(
      ([title, cases]) =>
        `${title} · ${cases
          .map(({ asker, target }) => `${asker}/${target}`)
          .join(', ')
          .slice(0, 200)}\n   ${cases[0]?.detail ?? ''}`,
    )
    .join('\n');
}
