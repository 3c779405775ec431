import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SextantError } from '@sextant/sdk';

const REFUSED = {
  what: 'The SSH key of the connection cannot be used.',
  why: 'ssh-add refused it: it may be encrypted or not in OpenSSH form.',
  fix: 'Give a private key without a passphrase, in OpenSSH form.',
};

/**
 * An agent that holds one key until it is disposed of: the key is on no disk and in no argument.
 * @param key a private key in OpenSSH form
 * @throws SEXTANT_CODE_HOST_SSH_KEY
 */
export async function startSshAgent(key: string): Promise<AsyncDisposable & { readonly socket: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'sextant-ssh-'));
  const socket = join(folder, 'agent');
  const environment = { PATH: process.env['PATH'] ?? '/usr/bin:/bin', SSH_AUTH_SOCK: socket, SSH_ASKPASS_REQUIRE: 'never' };
  // -D: in the foreground, so that it ends with us.
  const agent = spawn('ssh-agent', ['-D', '-a', socket], { env: environment, stdio: ['ignore', 'pipe', 'ignore'] });
  const stop = async () => {
    agent.kill('SIGTERM');
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await new Promise<void>((resolve, reject) => {
      agent.once('error', reject);
      agent.once('exit', () => reject(new Error('ssh-agent ended')));
      agent.stdout.once('data', () => resolve()); // it prints its socket once it listens
    });
    const code = await new Promise<number | null>((resolve, reject) => {
      const add = spawn('ssh-add', ['-q', '-'], { env: environment, stdio: ['pipe', 'ignore', 'ignore'] });
      add.once('error', reject);
      add.once('close', resolve);
      add.stdin.on('error', () => {});
      add.stdin.end(key.endsWith('\n') ? key : `${key}\n`);
    });
    if (code !== 0) throw new SextantError('SEXTANT_CODE_HOST_SSH_KEY', REFUSED);
    return { socket, [Symbol.asyncDispose]: stop };
  } catch (error) {
    await stop();
    if (SextantError.is(error)) throw error;
    throw new SextantError('SEXTANT_CODE_HOST_SSH_KEY', {
      ...REFUSED,
      why: 'ssh-agent could not be started.',
      fix: 'Install the OpenSSH client.',
      cause: error,
    });
  }
}
