import { join } from 'node:path';
import { answersOf, queryCount } from './crash/answers.mjs';
import { Installation } from './crash/installation.mjs';
import { killInImport, killInMigration, migrations } from './crash/kill-at-start.mjs';
import { killAtWork } from './crash/kill-at-work.mjs';
import { leftovers, unreferencedShards } from './crash/leftovers.mjs';
import { randomOf } from './crash/random.mjs';
import { Upstream } from './crash/upstream.mjs';
import { median, until } from './harness/measure.mjs';

export const title = 'the whole program, killed (-9) at its work, beside one that is not';
/** It takes minutes and measures nothing. */
export const onlyWhenNamed = true;

const WANTED = { clone: 5, index: 5, migration: 5 };
/** SEXTANT_BENCH_CRASH_ONLY=migration,import aims at these alone. */
const ONLY = process.env.SEXTANT_BENCH_CRASH_ONLY?.split(',');
const PLAN = { clone: 6, index: 6, fetch: 3, compaction: 3, idle: 1, migration: 6, import: 3 };
const TINY_PLAN = { clone: 1, index: 1, migration: 1 };
const PHASES = ['clone', 'fetch', 'index', 'compaction', 'sync', 'migration', 'import', 'idle'];

export async function run({ tiny, folder, note, progress, seed }) {
  if (process.platform !== 'linux') throw new Error('This bench finds what to kill in /proc.');
  const random = randomOf(seed);
  note(`Seed ${seed}: repeat with --seed ${seed}. ${queryCount} exhaustive searches are compared.`);
  const kills = [];
  const keep = (kill) => {
    kills.push(kill);
    progress(lineOf(kill, kills.length));
  };
  const wants = (...targets) => targets.some(wanted);
  if (wants('clone', 'index', 'fetch', 'compaction', 'idle')) await atWork({ tiny, folder, random, keep, note, seed });
  if (wants('migration', 'import')) await atStart({ tiny, folder, random, keep, seed });
  if (kills.length === 0) throw new Error(`SEXTANT_BENCH_CRASH_ONLY names none of ${Object.keys(PLAN).join(', ')}.`);
  for (const [i, kill] of kills.entries()) note(lineOf(kill, i + 1));
  return rowsOf(kills, tiny);
}

/** One installation that is killed again and again while repositories come and change; its twin follows the same and is left alone. */
async function atWork({ tiny, folder, random, keep, note, seed }) {
  const upstream = new Upstream(folder('upstream'), { seed, files: tiny ? 40 : 160, fileBytes: tiny ? 4_000 : 24_000 });
  for (let i = 0; i < 2; i++) upstream.add();
  const [victim, twin] = ['victim', 'twin'].map((name) => new Installation(folder(name), upstream.root));
  try {
    for (const one of [victim, twin]) {
      one.spawn();
      await one.ready();
    }
    for (const one of [victim, twin]) await one.settled(upstream.heads());
    const plan = planOf(tiny, ['clone', 'index', 'fetch', 'compaction', 'idle'], random);
    const counts = {};
    const killOnce = async (target) => {
      const kill = await killAtWork({ target, upstream, victim, twin, random });
      counts[kill.phase] = (counts[kill.phase] ?? 0) + 1;
      keep(kill);
    };
    for (const target of plan) await killOnce(target);
    const short = () => (tiny || ONLY ? undefined : ['clone', 'index'].find((phase) => (counts[phase] ?? 0) < WANTED[phase]));
    for (let more = 0; more < 8 && short() !== undefined; more++) await killOnce(short());
    // Shards that were replaced stay a minute for searches of other processes; then nothing may be left.
    await until(() => unreferencedShards(victim.dataDir).length === 0, 'the last shards to go', 150_000, 1_000).catch(() => undefined);
    const rest = [
      ...leftovers(victim.dataDir, { temporary: victim.temporary, repositories: upstream.names }),
      ...unreferencedShards(victim.dataDir),
    ];
    note(`Left over at the end, in the folder that was killed again and again: ${rest.length === 0 ? 'nothing' : rest.join(', ')}.`);
    if (rest.length > 0) process.exitCode = 1;
  } finally {
    for (const one of [victim, twin]) await one.stop();
  }
}

/** New installations, each killed once while it migrates or imports. */
async function atStart({ tiny, folder, random, keep, seed }) {
  const upstream = new Upstream(folder('upstream'), { seed: seed + 1, files: 30, fileBytes: 3_000 });
  for (let i = 0; i < 2; i++) upstream.add();
  const twin = new Installation(folder('twin'), upstream.root);
  try {
    twin.spawn();
    await twin.ready();
    const total = migrations(twin.log);
    const heads = upstream.heads();
    await twin.settled(heads);
    const truth = { heads, expected: await answersOf(twin.url) };
    const archive = join(folder('archive'), 'backup.sextant');
    const { code, lines } = await twin.command(['db', 'export', archive]).done;
    if (code !== 0) throw new Error(`The export failed:\n${lines.join('\n')}`);
    let migrated = 0;
    const plan = planOf(tiny, ['migration', 'import'], random);
    for (let i = 0; i < plan.length; i++) {
      if (plan[i] === 'import') {
        keep(await killInImport({ folder, truth, upstream, twin, archive, random }));
        continue;
      }
      const kill = await killInMigration({ folder, truth, upstream, total, fromOlder: i % 2 === 1, random });
      keep(kill);
      if (kill.phase === 'migration') migrated++;
      // One that came too late is done again.
      if (i === plan.length - 1 && !tiny && migrated < WANTED.migration && plan.length < 20) plan.push('migration');
    }
  } finally {
    await twin.stop();
  }
}

function planOf(tiny, targets, random) {
  const counts = tiny ? TINY_PLAN : PLAN;
  const aims = targets.filter((target) => ONLY === undefined || ONLY.includes(target));
  const plan = aims.flatMap((target) => Array(counts[target] ?? 0).fill(target));
  for (let i = plan.length - 1; i > 0; i--) {
    const j = random.below(i + 1);
    [plan[i], plan[j]] = [plan[j], plan[i]];
  }
  return plan;
}

const wanted = (phase) => ONLY === undefined || ONLY.includes(phase);

function rowsOf(kills, tiny) {
  const rows = PHASES.map((phase) => ({
    measure: `kills during ${phase}`,
    value: kills.filter((kill) => kill.phase === phase).length,
    unit: 'kills',
    ...(!tiny && WANTED[phase] && wanted(phase) ? { goal: { atLeast: WANTED[phase] } } : {}),
  }));
  const none = (measure, value, unit) => ({ measure, value, unit, goal: { atMost: 0 } });
  const ready = kills.map((kill) => kill.readyAfter);
  const settled = kills.map((kill) => kill.settledAfter);
  rows.push(
    { measure: 'kills of the program alone, its children orphaned', value: kills.filter((kill) => !kill.whole).length, unit: 'kills' },
    none('answers that differ from the undisturbed', kills.filter((kill) => !kill.same).length, 'kills'),
    none('answers that are incomplete', kills.filter((kill) => kill.incomplete.length > 0).length, 'kills'),
    none(
      'files left over after the sweep',
      kills.reduce((sum, kill) => sum + kill.leftovers.length, 0),
      'files',
    ),
    { measure: 'start to ready after a kill, median', value: median(ready), unit: 'ms', samples: ready },
    { measure: '  longest', value: Math.max(...ready), unit: 'ms' },
    { measure: 'ready to settled, median', value: median(settled), unit: 'ms', samples: settled },
    { measure: '  longest', value: Math.max(...settled), unit: 'ms' },
  );
  if (kills.some((kill) => !kill.same || kill.incomplete.length > 0 || kill.leftovers.length > 0)) process.exitCode = 1;
  return rows;
}

function lineOf({ target, phase, whole, detail, readyAfter, settledAfter, same, incomplete, leftovers: left }, number) {
  const words = [
    `kill ${number}: ${phase}`,
    ...(phase === target ? [] : [`(aimed at ${target})`]),
    ...(detail === undefined ? [] : [`(${detail})`]),
    whole ? 'whole tree' : 'program alone',
    `ready after ${Math.round(readyAfter)} ms, settled after ${Math.round(settledAfter)} ms`,
    same ? 'same answers' : 'DIFFERENT ANSWERS',
  ];
  if (incomplete.length > 0) words.push(`INCOMPLETE: ${incomplete[0]}`);
  words.push(left.length === 0 ? 'nothing left over' : `LEFT OVER: ${left.slice(0, 5).join(', ')}`);
  return words.join(', ');
}
