import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { accessSync, constants, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';

const SSHD = ['/usr/sbin/sshd', '/usr/local/sbin/sshd'].find((path) => existsSync(path));
const installed = (program: string): boolean =>
  (process.env['PATH'] ?? '').split(':').some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });

/** What is missing for a {@link RealGitolite}; undefined: nothing. */
export const missingForGitolite: string | undefined =
  SSHD === undefined ? 'there is no OpenSSH server' : installed('gitolite') ? undefined : 'there is no Gitolite (gitolite3)';

/** A pair of keys, as files. */
export interface KeyPair {
  readonly path: string;
  readonly privateKey: string;
}

/**
 * Gitolite itself, in a folder of its own, behind an OpenSSH server on a port of this machine: whoever comes with a key of Gitolite's is let in as the
 * user who runs the test, with that folder for a home.
 */
export class RealGitolite implements AsyncDisposable {
  readonly folder = mkdtempSync(join(tmpdir(), 'sextant-gitolite-'));
  readonly #home = join(this.folder, 'home');
  readonly #admin: KeyPair;
  #port = 0;
  #server: ChildProcess | undefined;
  #conf = '';

  private constructor() {
    mkdirSync(this.#home);
    this.#admin = this.key('admin');
    this.run('gitolite', ['setup', '-pk', `${this.#admin.path}.pub`]);
    this.run('git', ['clone', '--quiet', join(this.#home, 'repositories/gitolite-admin.git'), join(this.folder, 'admin-clone')]);
  }

  static async start(): Promise<RealGitolite> {
    const gitolite = new RealGitolite();
    await gitolite.serve(gitolite.key('host-key').path);
    return gitolite;
  }

  get host(): string {
    return `${userInfo().username}@127.0.0.1:${this.#port}`;
  }

  key(name: string): KeyPair {
    const path = join(this.folder, name);
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'test', '-f', path]);
    return { path, privateKey: readFileSync(path, 'utf8') };
  }

  /** Its whole configuration, and the public keys of its users by name. */
  configure(conf: string, keys: Readonly<Record<string, KeyPair>> = {}): void {
    const clone = join(this.folder, 'admin-clone');
    this.#conf = conf;
    writeFileSync(join(clone, 'conf/gitolite.conf'), `repo gitolite-admin\n  RW+ = admin\n${conf}`);
    for (const [user, { path }] of Object.entries(keys)) writeFileSync(join(clone, `keydir/${user}.pub`), readFileSync(`${path}.pub`));
    this.run('git', ['-C', clone, 'add', '--all']);
    this.run('git', ['-C', clone, 'commit', '--quiet', '--message', 'configure']);
    // As on the server itself: its hook then compiles the configuration.
    this.run('gitolite', ['push', '--quiet'], clone);
  }

  /** Its administrator renames: in the folder, and in the configuration. */
  rename(from: string, to: string): void {
    this.run('mv', [this.#repository(from), this.#repository(to)]);
    this.configure(this.#conf.replaceAll(from, to));
  }

  remove(name: string, conf: string): void {
    this.configure(conf);
    rmSync(this.#repository(name), { recursive: true });
  }

  /** A commit on main, pushed over ssh as a user's own client does. */
  push(name: string, user: KeyPair, file: string, content: string): void {
    const clone = mkdtempSync(join(this.folder, 'clone-'));
    const ssh = `ssh -F /dev/null -i ${user.path} -o IdentitiesOnly=yes -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR`;
    const git = (...args: string[]): string => this.run('git', ['-C', clone, ...args], this.folder, { GIT_SSH_COMMAND: ssh });
    git('clone', '--quiet', `ssh://${this.host}/${name}`, '.');
    git('checkout', '--quiet', '-B', 'main', ...(git('branch', '--remotes', '--list', 'origin/main') === '' ? [] : ['origin/main']));
    writeFileSync(join(clone, file), content);
    git('add', '--all');
    git('commit', '--quiet', '--message', `add ${file}`);
    git('push', '--quiet', 'origin', 'main');
  }

  /** Begins to answer with another key of its own, on the same port. */
  async changeHostKey(): Promise<void> {
    await this.#stop();
    await this.serve(this.key('another-host-key').path);
  }

  async serve(hostKey: string): Promise<void> {
    if (this.#port === 0) this.#port = await freePort();
    // Its own requirement where it is started by root, and Debian's service makes it otherwise.
    if (process.getuid?.() === 0) mkdirSync('/run/sshd', { recursive: true, mode: 0o755 });
    const settings = {
      Port: this.#port,
      ListenAddress: '127.0.0.1',
      HostKey: hostKey,
      PidFile: 'none',
      UsePAM: 'no',
      StrictModes: 'no',
      PasswordAuthentication: 'no',
      KbdInteractiveAuthentication: 'no',
      PermitRootLogin: 'forced-commands-only',
      AuthorizedKeysFile: join(this.#home, '.ssh/authorized_keys'),
      SetEnv: `HOME=${this.#home}`,
    };
    const config = join(this.folder, 'sshd_config');
    writeFileSync(
      config,
      Object.entries(settings)
        .map(([key, value]) => `${key} ${value}\n`)
        .join(''),
    );
    const server = spawn(SSHD ?? 'sshd', ['-D', '-e', '-f', config], { stdio: ['ignore', 'ignore', 'pipe'] });
    this.#server = server;
    let said = '';
    await new Promise<void>((resolve, reject) => {
      server.stderr?.setEncoding('utf8').on('data', (text: string) => {
        said += text;
        if (said.includes('Server listening')) resolve();
      });
      server.once('exit', () => reject(new Error(`sshd ended: ${said}`)));
    });
  }

  run(program: string, args: readonly string[], cwd = this.folder, extra: Readonly<Record<string, string>> = {}): string {
    return execFileSync(program, args, {
      cwd,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        PATH: process.env['PATH'],
        HOME: this.#home,
        GIT_CONFIG_GLOBAL: '/dev/null',
        GIT_CONFIG_NOSYSTEM: '1',
        ...Object.fromEntries(
          ['AUTHOR', 'COMMITTER'].flatMap((who) => [
            [`GIT_${who}_NAME`, 'Ana'],
            [`GIT_${who}_EMAIL`, 'ana@example.com'],
          ]),
        ),
        ...extra,
      },
    });
  }

  #repository(name: string): string {
    return join(this.#home, 'repositories', `${name}.git`);
  }

  async #stop(): Promise<void> {
    const server = this.#server;
    if (!server || server.exitCode !== null) return;
    const ended = new Promise((resolve) => server.once('exit', resolve));
    server.kill();
    await ended;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stop();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** sshd takes no port of the system's choice. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
