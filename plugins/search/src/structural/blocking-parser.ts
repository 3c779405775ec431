import { MessageChannel, type MessagePort, receiveMessageOnPort, Worker } from 'node:worker_threads';
import { MAX_PARSE_BYTES, type StopSign, type StructuralOutcome, type StructuralParser } from './contract.js';
import type { BridgeSetup, FindReply, ToBridge } from './parser-messages.js';

/** How often a thread that waits looks whether its search was stopped, milliseconds. */
const LOOK_EVERY_MS = 10;

interface Bridge {
  readonly worker: Worker;
  readonly port: MessagePort;
  readonly replies: Int32Array;
}

/**
 * Parses in a process of its own, so that neither a crash nor an endless call of native code takes the search node along, and a search
 * that is stopped ends the call. The thread that asks is blocked; another one, which is started at the first question, carries messages.
 */
export class BlockingParser implements StructuralParser {
  /** Milliseconds spent in waiting, so far. */
  waited = 0;
  #bridge: Bridge | undefined;
  #lastId = 0;

  /** @param folder the compiled files of this folder; tests that run from source name the one in `dist` */
  constructor(private readonly folder: URL = new URL('./', import.meta.url)) {}

  find(pattern: string, language: string | undefined, content: Buffer, stop: StopSign): StructuralOutcome {
    if (language === undefined) return { unparsed: 'no-grammar' };
    if (content.length > MAX_PARSE_BYTES) return { unparsed: 'too-large' };
    const bridge = (this.#bridge ??= this.#start());
    const id = ++this.#lastId;
    bridge.port.postMessage({ type: 'find', request: { id, pattern, language, content: new Uint8Array(content) } } satisfies ToBridge);
    const asked = performance.now();
    const reply = this.#wait(bridge, id, stop);
    this.waited += performance.now() - asked;
    if (!reply) bridge.port.postMessage({ type: 'stop' } satisfies ToBridge);
    return reply;
  }

  async close(): Promise<void> {
    await this.#bridge?.worker.terminate();
    this.#bridge = undefined;
  }

  /** Undefined: stopped. */
  #wait({ port, replies }: Bridge, id: number, stop: StopSign): FindReply | undefined {
    for (;;) {
      const seen = Atomics.load(replies, 0);
      for (let next = receiveMessageOnPort(port); next; next = receiveMessageOnPort(port)) {
        const reply = next.message as FindReply;
        if (reply.id === id) return reply;
      }
      if (stop.spent()) return undefined;
      Atomics.wait(replies, 0, seen, LOOK_EVERY_MS);
    }
  }

  #start(): Bridge {
    const replies = new SharedArrayBuffer(4);
    const { port1, port2 } = new MessageChannel();
    const setup: BridgeSetup = { replies, processUrl: new URL('parser-process.js', this.folder).href };
    const worker = new Worker(new URL('parser-bridge.js', this.folder), {
      workerData: { ...setup, port: port2 },
      transferList: [port2],
    });
    // One that ends, as where no more threads are to be had, would leave every further question without a reply: the next starts another.
    worker.on('error', () => undefined);
    worker.once('exit', () => {
      if (this.#bridge?.worker === worker) this.#bridge = undefined;
    });
    worker.unref();
    port1.unref();
    return { worker, port: port1, replies: new Int32Array(replies) };
  }
}
