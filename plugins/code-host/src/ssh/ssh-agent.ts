import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Programs, type RunningProgram, SextantError } from '@sextant/sdk';

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
export async function startSshAgent(programs: Programs, key: string): Promise<AsyncDisposable & { readonly socket: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'sextant-ssh-'));
  const socket = join(folder, 'agent');
  const env = { PATH: process.env['PATH'] ?? '/usr/bin:/bin', SSH_AUTH_SOCK: socket, SSH_ASKPASS_REQUIRE: 'never' };
  let agent: RunningProgram | undefined;
  const stop = async () => {
    agent?.end();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    // -D: in the foreground, so that it ends with us.
    agent = await programs.start('ssh-agent', { args: ['-D', '-a', socket], env, cwd: folder });
    agent.stderr.resume();
    // It prints its socket once it listens.
    const isReady = await Promise.race([once(agent.stdout, 'data').then(() => true), agent.ended.then(() => false)]);
    if (!isReady) throw new Error('ssh-agent ended');
    const add = await programs.start('ssh-add', { args: ['-q', '-'], env, cwd: folder, input: true });
    add.stdout.resume();
    add.stderr.resume();
    add.stdin!.on('error', () => {});
    add.stdin!.end(key.endsWith('\n') ? key : `${key}\n`);
    const { code } = await add.ended;
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
