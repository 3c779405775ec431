import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { type MessagePort, workerData } from 'node:worker_threads';
import type { BridgeSetup, FindReply, FindRequest, ToBridge } from './parser-messages.js';

/** After this long without a question the process goes, and its memory with it. */
const IDLE_MS = 30_000;
const HEAP_MB = 256;

const { port, replies, processUrl } = workerData as BridgeSetup & { readonly port: MessagePort };
const counter = new Int32Array(replies);
let child: ChildProcess | undefined;
let waiting: FindRequest | undefined;
let idle: NodeJS.Timeout | undefined;

function reply(message: FindReply): void {
  waiting = undefined;
  port.postMessage(message);
  Atomics.add(counter, 0, 1);
  Atomics.notify(counter, 0);
}

function start(): ChildProcess {
  const started = fork(fileURLToPath(processUrl), [], {
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    execArgv: [`--max-old-space-size=${HEAP_MB}`],
    // Nothing of ours: a parser needs neither addresses nor keys. Windows starts no program without the first.
    env: process.env['SystemRoot'] === undefined ? {} : { SystemRoot: process.env['SystemRoot'] },
  });
  started.on('message', (message) => {
    if (started === child && waiting) reply(message as FindReply);
  });
  const ended = () => {
    if (started !== child) return;
    child = undefined;
    if (waiting) reply({ id: waiting.id, unparsed: 'crashed' });
  };
  started.on('exit', ended);
  started.on('error', ended);
  return started;
}

function end(): void {
  const old = child;
  child = undefined;
  waiting = undefined;
  old?.kill('SIGKILL');
}

port.on('message', (message: ToBridge) => {
  clearTimeout(idle);
  if (message.type === 'stop') return end();
  waiting = message.request;
  child ??= start();
  child.send(message.request);
  idle = setTimeout(end, IDLE_MS);
});
