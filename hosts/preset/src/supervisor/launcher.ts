import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import type { Writable } from 'node:stream';
import type { Ask, FirstLine, LauncherAddress, StreamName, Told } from './launcher-protocol.js';

/** Milliseconds that a program gets to end after the process it was started for is gone. */
const INSIST_AFTER = 2_000;
/** Milliseconds in which a connection says what it is, and characters: an ask holds arguments and an environment. */
const SAYS_WHAT_WITHIN = 10_000;
const LONGEST_LINE = 8 * 1024 * 1024;

/**
 * Starts programs for the process under supervision, since the supervisor is small: the system copies the tables of the memory of whoever
 * starts a program. It loads nothing of Sextant, like the supervisor.
 */
export class Launcher implements Disposable {
  readonly #connections = new Set<Socket>();
  /** Streams that came before they were asked for, and those that are waited for. */
  readonly #here = new Map<string, Socket>();
  readonly #awaited = new Map<string, (stream: Socket) => void>();

  private constructor(
    private readonly server: Server,
    readonly address: LauncherAddress,
  ) {
    server.on('connection', (connection) => this.#greet(connection));
    // Without descriptors a connection is closed at once, which whoever asked hears.
    server.on('error', () => undefined);
  }

  /** Where no file stands for it, that a supervisor which is killed would leave behind. Of Linux. */
  static async listen(): Promise<Launcher> {
    const path = `\0sextant-${process.pid}-${randomBytes(8).toString('hex')}`;
    const launcher = new Launcher(createServer(), { path, key: randomBytes(32).toString('base64url') });
    launcher.server.listen(path);
    await once(launcher.server, 'listening');
    return launcher;
  }

  [Symbol.dispose](): void {
    this.server.close();
    for (const connection of this.#connections) connection.destroy();
  }

  #greet(connection: Socket): void {
    this.#connections.add(connection);
    connection.once('close', () => this.#connections.delete(connection));
    connection.on('error', () => undefined);
    connection.setTimeout(SAYS_WHAT_WITHIN, () => connection.destroy());
    let text = '';
    const read = (piece: string): void => {
      text += piece;
      if (text.length > LONGEST_LINE) connection.destroy();
      if (!text.endsWith('\n')) return;
      connection.off('data', read);
      connection.setTimeout(0);
      // From now on nothing comes but the end of whoever opened it.
      connection.resume();
      const first = this.#recognized(text);
      if (!first) connection.destroy();
      else if ('ask' in first) void this.#launch(first.ask, connection);
      else this.#bring(nameOf(first.of, first.stream), connection);
    };
    connection.setEncoding('utf8').on('data', read);
  }

  /** Undefined: of somebody else. */
  #recognized(line: string): FirstLine | undefined {
    try {
      const first = JSON.parse(line) as FirstLine;
      return timingSafeEqual(Buffer.from(first.key), Buffer.from(this.address.key)) ? first : undefined;
    } catch {
      return undefined;
    }
  }

  #bring(name: string, stream: Socket): void {
    const awaited = this.#awaited.get(name);
    if (awaited) {
      awaited(stream);
      return;
    }
    this.#here.set(name, stream);
    stream.once('close', () => this.#here.delete(name));
  }

  #stream(name: string): Promise<Socket> {
    const stream = this.#here.get(name);
    return stream ? Promise.resolve(stream) : new Promise((resolve) => this.#awaited.set(name, resolve));
  }

  async #launch(ask: Ask, asker: Socket): Promise<void> {
    const names = ask.streams.map((stream) => nameOf(ask.id, stream));
    const left = once(asker, 'close').then(() => undefined);
    const streams = await Promise.race([Promise.all(names.map((name) => this.#stream(name))), left]);
    for (const name of names) this.#awaited.delete(name);
    if (!streams) return;
    const line = (told: Told): string => `${JSON.stringify(told)}\n`;
    const failed = ({ code, message }: NodeJS.ErrnoException): unknown => asker.end(line({ is: 'failed', code, message }));
    try {
      const child = start(ask, (name) => streams[ask.streams.indexOf(name)] ?? 'ignore');
      child.once('error', failed);
      if (child.pid === undefined) return;
      asker.write(line({ is: 'started', pid: child.pid }));
      child.once('exit', (code, signal) => asker.end(line({ is: 'ended', code, signal })));
      void left.then(() => endGroup(child));
    } catch (error) {
      failed(error as NodeJS.ErrnoException);
    } finally {
      // The program has its own hold of them.
      for (const stream of streams) stream.destroy();
    }
  }
}

const nameOf = (program: string, stream: StreamName): string => `${program} ${stream}`;

function start({ program, args, env, cwd, channel }: Ask, stream: (name: StreamName) => Socket | 'ignore'): ChildProcess {
  const child = spawn(program, args, {
    env,
    cwd,
    // A group of its own, so that all it starts ends with it.
    detached: true,
    stdio: [stream('stdin'), stream('stdout'), stream('stderr'), ...(channel === undefined ? [] : (['pipe'] as const))],
  });
  if (channel !== undefined && child.pid !== undefined) {
    const given = child.stdio[3] as Writable;
    given.on('error', () => undefined); // it may end without having read it
    given.end(channel);
  }
  return child;
}

/** Nobody reads any more what it writes. */
function endGroup(child: ChildProcess): void {
  const send = (signal: NodeJS.Signals): void => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    try {
      process.kill(-child.pid!, signal);
    } catch {
      // It ended in between.
    }
  };
  send('SIGTERM');
  setTimeout(() => send('SIGKILL'), INSIST_AFTER).unref();
}
