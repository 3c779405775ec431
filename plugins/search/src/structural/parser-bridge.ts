import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { type MessagePort, workerData } from 'node:worker_threads';
import { MAX_PARSE_MS, type UnparsedReason } from './contract.js';
import type { BridgeSetup, FindReply, FindRequest, FromProcess, ToBridge } from './parser-messages.js';

/** After this long without a question the process goes, and its memory with it. */
const IDLE_MS = 30_000;
/** On a machine that is busy with other work a process takes its time to start. */
const START_MS = 10_000;
const HEAP_MB = 256;

const { port, replies, processUrl } = workerData as BridgeSetup & { readonly port: MessagePort };
const counter = new Int32Array(replies);
let child: ChildProcess | undefined;
let ready = false;
let waiting: FindRequest | undefined;
/** Until the process is given up, or goes for want of work. */
let timer: NodeJS.Timeout | undefined;

function reply(message: FindReply): void {
  waiting = undefined;
  port.postMessage(message);
  Atomics.add(counter, 0, 1);
  Atomics.notify(counter, 0);
}

function within(milliseconds: number, otherwise: () => void): void {
  clearTimeout(timer);
  timer = setTimeout(otherwise, milliseconds);
}

function start(): ChildProcess {
  const started = fork(fileURLToPath(processUrl), [], {
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    execArgv: [`--max-old-space-size=${HEAP_MB}`],
    // Nothing of ours: a parser needs neither addresses nor keys. Windows starts no program without the first.
    env: process.env['SystemRoot'] === undefined ? {} : { SystemRoot: process.env['SystemRoot'] },
  });
  ready = false;
  started.on('message', (message: FromProcess) => {
    if (started !== child) return;
    if (message !== 'ready') {
      if (waiting) reply(message);
      within(IDLE_MS, end);
      return;
    }
    ready = true;
    if (waiting) give(started, waiting);
  });
  const ended = () => started === child && giveUp('crashed');
  started.on('exit', ended);
  started.on('error', ended);
  within(START_MS, () => giveUp('slow'));
  return started;
}

function give(to: ChildProcess, request: FindRequest): void {
  // One that has just died is known by its end.
  to.send(request, () => undefined);
  within(MAX_PARSE_MS, () => giveUp('slow'));
}

function giveUp(reason: UnparsedReason): void {
  const request = waiting;
  end();
  if (request) reply({ id: request.id, unparsed: reason });
}

function end(): void {
  clearTimeout(timer);
  const old = child;
  child = undefined;
  waiting = undefined;
  old?.kill('SIGKILL');
}

port.on('message', (message: ToBridge) => {
  if (message.type === 'stop') return end();
  waiting = message.request;
  if (child && ready) give(child, message.request);
  else child ??= start();
});
