import { get } from 'node:http';
import type { Failure, MatrixResult } from './matrix.js';
import type { Asker, Row } from './row.js';
import { marksOf, type Target } from './target.js';
import { grantTo, type World } from './world/a-world.js';
import { closedFile } from './world/questions.js';
import type { HeldAt } from './world/step-recorder.js';

const TRIES = 5;

interface Moment {
  readonly row: Row;
  /** Such as `index search`: it gives nothing, or no more, or does not end, before the grant is gone. */
  readonly step: string;
  readonly at: HeldAt;
  /** What is left of the grant: nothing, or all but the files that rules hide. */
  readonly left: 'nothing' | 'rules';
}

/**
 * Takes grants away while answers are on their way: at each step that a row says it may be held at. What comes after that says nothing of what was taken
 * away: the stream filters, or ends.
 */
export async function askWhileRevoked(rows: readonly Row[], world: World): Promise<MatrixResult> {
  let cells = 0;
  const failures: Failure[] = [];
  for (const row of rows) {
    for (const moment of await momentsOf(row, world)) {
      cells++;
      let told = await whatIsTold(moment, world);
      // What was sent before and is still between the two is taken for late.
      for (let tries = 1; told !== undefined && tries < TRIES; tries++) told = await whatIsTold(moment, world);
      if (told === undefined) continue;
      const { step, at, left } = moment;
      failures.push({
        row: row.name,
        asker: 'revoked',
        target: 'amber',
        problem: 'reveals',
        detail: `${at} of ${step}, ${left} left: ${told.slice(0, 600)}`,
      });
    }
  }
  grantTo(world, 'revoked', []);
  return { cells, failures };
}

async function momentsOf(row: Row, world: World): Promise<readonly Moment[]> {
  const { held } = row;
  if (!held) return [];
  grantTo(world, 'revoked', ['amber']);
  const { steps } = await world.steps.of(world.askers.revoked.actorId, () => row.ask(world.askers.revoked, world.repositories.amber));
  return [...new Set(steps)]
    .filter((step) => held.test(step))
    .flatMap((step) =>
      (row.sends === 'bytes' ? (['begin', 'middle', 'end'] as const) : (['begin', 'end'] as const)).flatMap((at) =>
        (row.about === 'file' ? (['nothing', 'rules'] as const) : (['nothing'] as const)).map((left): Moment => ({ row, step, at, left })),
      ),
    );
}

/** What is told after the grant is gone; undefined: nothing. */
async function whatIsTold({ row, step, at, left }: Moment, world: World): Promise<string | undefined> {
  const { clock, steps } = world;
  const { revoked } = world.askers;
  const { amber } = world.repositories;
  // Of a file, where only files are taken away.
  const target: Target = left === 'rules' ? closedFile(amber) : amber;
  grantTo(world, 'revoked', ['amber']);
  const heard = { body: '' };
  const hold = steps.hold(revoked.actorId, step, at);
  const answer = row.ask(listening(revoked, heard), target);
  const isHeld = await Promise.race([hold.reached.then(() => true), answer.then(() => false)]);
  if (!isHeld) {
    hold.release();
    return undefined;
  }
  // What was sent before has come when the answers of later questions have.
  for (let i = 0; i < 3; i++) await askBeside(world.kernel.url);
  grantTo(world, 'revoked', left === 'rules' ? ['amber'] : [], true);
  clock.shift(row.heardAfter ?? 0);
  const before = heard.body.length;
  hold.release();
  await answer;
  const after = at === 'end' && row.sends !== 'bytes' ? (row.saidAtEnd?.(heard.body) ?? heard.body) : heard.body.slice(before);
  const question = row.question?.(target) ?? '';
  const counts = row.countsAfter?.test(step) && at === 'begin' && (left === 'nothing' || row.about === 'file');
  const isTold = marksOf(target).some((mark) => after.includes(mark) && !question.includes(mark));
  const isCounted = counts && row.reveals?.({ status: 200, headers: {}, body: after }, target);
  return isTold || isCounted ? after : undefined;
}

/**
 * On a connection of its own. One whose answer says its length is free for the client when so many bytes have come, and the answer to a next question on it
 * waits for the end that is held.
 */
const askBeside = (url: string): Promise<void> =>
  new Promise((resolve, reject) => {
    get(`${url}/robots.txt`, { agent: false }, (response) => response.resume().on('end', resolve)).on('error', reject);
  });

/** Hears what comes as it comes. An answer that is cut off is over. */
const listening = (asker: Asker, heard: { body: string }): Asker => ({
  ...asker,
  fetch: async (path, init) => {
    const response = await asker.open(path, init);
    try {
      for await (const part of response.body ?? []) heard.body += Buffer.from(part).toString('latin1');
    } catch {
      heard.body += '<cut off>';
    }
    return { status: response.status, headers: {}, body: heard.body };
  },
});
