import { writeSync } from 'node:fs';
import inspector from 'node:inspector';
import { setTimeout } from 'node:timers/promises';
import { workerData } from 'node:worker_threads';
import { blameAllocations } from './blame-allocations.js';
import type { Runaway } from './runaway.js';
import type { WatchdogTask } from './watchdog-task.js';
import { WatchedThread } from './watched-thread.js';

const { beats, loop, memory, heapLimit, homes, running, descriptor } = workerData as WatchdogTask;

/** Milliseconds between two looks. */
const LOOK = 500;
/** Shares of the memory: from the first on, allocations are sampled; at the second, the process has gone too far. */
const SUSPICIOUS = 0.6;
const TOO_MUCH = 0.9;
/** Milliseconds of sampling that suffice to tell who allocates. */
const EVIDENCE = 200;

const main = new WatchedThread();
const most = Math.min(memory ?? Number.POSITIVE_INFINITY, heapLimit * TOO_MUCH);
const atStart = process.memoryUsage.rss();
let stuck = 0;
let seen = Atomics.load(beats, 0);
let sampling = false;
let looking = false;

// Looks are counted, not time: a machine that was asleep, or a stopped process, has not been stuck.
setInterval(() => {
  const now = Atomics.load(beats, 0);
  stuck = now === seen ? stuck + 1 : 0;
  seen = now;
  // Whoever debugs the process stops it on purpose.
  if (looking || inspector.url() !== undefined) return;
  looking = true;
  void look().finally(() => {
    looking = false;
  });
}, LOOK);

async function look(): Promise<void> {
  if (loop > 0 && stuck * LOOK >= loop) return await endLoop();
  const bytes = await inUse();
  if (bytes === undefined) {
    // Some loops that the optimizing compiler made cannot be asked anything, and fill the memory all the same.
    if (stuck > 0 && process.memoryUsage.rss() - atStart >= most) await endMemory();
    return;
  }
  const sampled = sampling;
  if (!sampling && bytes >= most * SUSPICIOUS) {
    sampling = true;
    await main.startSampling();
  } else if (sampling && bytes < most * (SUSPICIOUS / 2)) {
    sampling = false;
    await main.stopSampling();
  }
  if (bytes < most) return;
  // It came here between two looks: a moment more of it shows who takes so much.
  if (!sampled && stuck === 0) await setTimeout(EVIDENCE);
  await endMemory();
}

async function endLoop(): Promise<void> {
  const { entry, where } = await main.pause();
  // It came free while it was being asked.
  if (Atomics.load(beats, 0) !== seen) return await main.resume();
  const plugin = entry?.plugin ?? runningNow();
  const who = plugin === undefined ? 'Something' : `Plugin "${plugin}"${entry ? `: ${entry.kind} "${entry.name}"` : ''}`;
  end({
    cause: 'loop',
    reason: `${who} kept the event loop for ${(stuck * LOOK) / 1000} s${where ? `, in ${where}` : ''}`,
    ...(plugin === undefined ? {} : { plugin }),
  });
}

async function endMemory(): Promise<void> {
  // It takes no more while it is asked.
  const { paused, entry, where } = await main.pause();
  // What is stuck and cannot be paused answers nothing else either, and goes on taking memory.
  const answers = paused || stuck === 0;
  // Only what is still there after a collection counts; a loop that allocates may leave no time for one.
  if (answers) await main.collectGarbage();
  const bytes = answers ? await inUse() : undefined;
  if (bytes !== undefined && bytes < most) return await main.resume();
  const profile = answers ? await main.samples() : undefined;
  const holder = profile && blameAllocations(profile, homes);
  const plugin = holder ?? (stuck > 0 ? (entry?.plugin ?? runningNow()) : undefined);
  const size = `${mebibytes(bytes ?? process.memoryUsage.rss() - atStart)} of memory, of which it may have ${mebibytes(most)}`;
  const why = holder === undefined ? 'what ran was' : 'most of what came last is held by';
  const culprit = plugin === undefined ? '' : `; ${why} the plugin "${plugin}"`;
  const doing = entry && entry.plugin === plugin ? `, in ${entry.kind} "${entry.name}"${where ? ` (${where})` : ''}` : '';
  end({ cause: 'memory', reason: `The process took ${size}${culprit}${doing}`, ...(plugin === undefined ? {} : { plugin }) });
}

const runningNow = (): string | undefined => running.plugins[Atomics.load(running.cell, 0)];

/** Bytes that count against `most`: without a limit of its own, the engine's, which knows no buffers. */
async function inUse(): Promise<number | undefined> {
  const used = await main.memory();
  return used && used.heap + (memory === undefined ? 0 : used.buffers);
}

const mebibytes = (bytes: number): string => `${Math.round(bytes / 2 ** 20)} MiB`;

/** Says why, in one write that is done before the process is gone. */
function end(runaway: Runaway): void {
  try {
    if (descriptor === undefined) writeSync(2, `sextant: ${runaway.reason}. The process ends.\n`);
    else writeSync(descriptor, `${JSON.stringify(runaway)}\n`);
  } finally {
    process.kill(process.pid, 'SIGKILL');
  }
}
