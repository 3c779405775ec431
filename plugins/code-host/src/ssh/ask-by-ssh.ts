import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { type OutboundHttp, type Programs, type Secret, SextantError } from '@sextant/sdk';
import { pinSsh } from './pinned-host.js';
import { startSshAgent } from './ssh-agent.js';

/** What every ssh is started with: no configuration of its user, no question, no forwarding, no program of ours by its options; a host whose key has changed is refused. */
export const SSH_OPTIONS: readonly string[] = [
  '-F',
  '/dev/null',
  ...[
    'BatchMode=yes',
    'ProxyCommand=none',
    'PermitLocalCommand=no',
    'ClearAllForwardings=yes',
    'StrictHostKeyChecking=accept-new',
    'ConnectTimeout=30',
    // Not that a key was taken for the first time, which would stand before every reason.
    'LogLevel=ERROR',
  ].flatMap((option) => ['-o', option]),
];

export interface SshQuestion {
  /** `ssh://git@host:2222/`; checked here again, for what ssh could read as an option. */
  readonly url: string;
  /** What is run there, in words of ours. */
  readonly command: string;
  /** A private key in OpenSSH form; without one, those of the process's user. */
  readonly key?: Secret | undefined;
  /** File in which keys of hosts are kept, from the first time on. Its folder is made. */
  readonly knownHosts: string;
  /** Resolves and checks the name, which an admin wrote. */
  readonly http: Pick<OutboundHttp, 'resolve'>;
  readonly programs: Programs;
  readonly signal: AbortSignal;
  /** Milliseconds for the whole answer; default two minutes. */
  readonly timeout?: number;
}

const LARGEST_ANSWER = 32 * 1024 * 1024;
const LARGEST_COMPLAINT = 16 * 1024;
const TIMEOUT = 120_000;

/**
 * What a host answers to one command by ssh.
 * @throws SEXTANT_CODE_HOST_SSH_KEY, SEXTANT_CODE_HOST_REFUSED, SEXTANT_CODE_HOST_HOST_KEY, SEXTANT_CODE_HOST_DOWN when it cannot be reached,
 * SEXTANT_CODE_HOST_ANSWER for an answer without end and for a command that fails there, and what `http.resolve` throws. When `signal` is aborted, its reason.
 */
export async function askBySsh(question: SshQuestion): Promise<string> {
  const { signal, knownHosts, key, http, programs, timeout = TIMEOUT } = question;
  signal.throwIfAborted();
  const destination = destinationOf(question.url);
  await mkdir(dirname(knownHosts), { recursive: true, mode: 0o700 });
  const pin = await pinSsh(question.url, await http.resolve(question.url, { from: 'admin', signal }), signal);
  await using agent = key === undefined ? undefined : await startSshAgent(programs, key.reveal());
  const limit = AbortSignal.any([signal, AbortSignal.timeout(timeout)]);
  const options = [`UserKnownHostsFile=${quoted(knownHosts)}`, `HostName=${pin.address}`, `HostKeyAlias=${pin.hostKeyAlias}`];
  const outcome = await run(programs, [...SSH_OPTIONS, ...options.flatMap((option) => ['-o', option]), ...destination, question.command], {
    socket: agent?.socket ?? process.env['SSH_AUTH_SOCK'],
    folder: dirname(knownHosts),
    signal: limit,
  });
  signal.throwIfAborted();
  if (limit.aborted) throw down(question.url, `It did not answer in full within ${timeout} ms.`);
  if (outcome.isTooLarge) throw unexpected(question.url, `Its answer is larger than ${LARGEST_ANSWER} bytes.`);
  if (outcome.code !== 0) throw failureOf(question, outcome.code, outcome.complaint);
  return outcome.answer;
}

interface Outcome {
  readonly code: number | null;
  readonly answer: string;
  readonly complaint: string;
  readonly isTooLarge: boolean;
}

async function run(
  programs: Programs,
  argv: readonly string[],
  { socket, folder, signal }: { readonly socket: string | undefined; readonly folder: string; readonly signal: AbortSignal },
): Promise<Outcome> {
  const env = { PATH: process.env['PATH'] ?? '/usr/bin:/bin', LC_ALL: 'C', ...(socket ? { SSH_AUTH_SOCK: socket } : {}) };
  const ssh = await programs.start('ssh', { args: argv, env, cwd: folder }).catch((cause: unknown) => {
    throw new SextantError('SEXTANT_CODE_HOST_SSH_KEY', {
      what: 'ssh could not be started.',
      why: 'The program is missing or may not be run.',
      fix: 'Install the OpenSSH client.',
      cause,
    });
  });
  const answer: Buffer[] = [];
  let size = 0;
  let complaint = '';
  const stop = (): void => ssh.end();
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  ssh.stdout.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (size > LARGEST_ANSWER) stop();
    else answer.push(chunk);
  });
  ssh.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaint = (complaint + text).slice(-LARGEST_COMPLAINT);
  });
  const { code } = await ssh.ended;
  signal.removeEventListener('abort', stop);
  return { code, answer: Buffer.concat(answer).toString('utf8'), complaint, isTooLarge: size > LARGEST_ANSWER };
}

/** The arguments that name the host. @throws SEXTANT_CODE_HOST_CLONE_URL for what ssh could read otherwise. */
function destinationOf(text: string): readonly string[] {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (
    url?.protocol !== 'ssh:' ||
    !/^[A-Za-z0-9_][A-Za-z0-9_.-]*$/.test(url.username) ||
    !/^(?:[A-Za-z0-9][A-Za-z0-9.-]*|\[[0-9a-fA-F:.]+\])$/.test(url.hostname)
  )
    throw new SextantError('SEXTANT_CODE_HOST_CLONE_URL', {
      what: 'The address is refused.',
      why: 'It is not one of a user at a host by ssh.',
      fix: 'Write it as git@host, git@host:port or ssh://git@host:port.',
    });
  return [...(url.port === '' ? [] : ['-p', url.port]), '-l', url.username, '--', url.hostname.replace(/^\[|\]$/g, '')];
}

/** In the value of an option ssh takes blanks for the end of a path, and `%` for the start of a token. */
const quoted = (path: string): string => `"${path.replaceAll('%', '%%')}"`;

function failureOf({ url, knownHosts }: SshQuestion, code: number | null, complaint: string): SextantError {
  const last =
    complaint
      .trim()
      .split(/[\r\n]+/)
      .at(-1)
      ?.slice(0, 300) ?? '';
  const said = last === '' ? `ssh ended with ${code}.` : `ssh said: ${last.replace(/\.?$/, '.')}`;
  if (/REMOTE HOST IDENTIFICATION HAS CHANGED|Host key verification failed/i.test(complaint))
    return new SextantError('SEXTANT_CODE_HOST_HOST_KEY', {
      what: `${hostOf(url)} has another SSH host key than before, and was given nothing.`,
      why: 'Somebody changed it, or somebody else answers in its place.',
      fix: `Ask who runs the host; if its key was changed, take the old one out of ${knownHosts}.`,
    });
  if (/Permission denied|Too many authentication failures/i.test(complaint))
    return new SextantError('SEXTANT_CODE_HOST_REFUSED', {
      what: `${hostOf(url)} refused the SSH key of the connection.`,
      why: said,
      fix: 'Have the public key added there, or put another private key into the connection.',
    });
  // 255 is of ssh itself; anything else is of the command.
  return code === 255 || code === null ? down(url, said) : unexpected(url, said);
}

const hostOf = (url: string): string => new URL(url).host;

const down = (url: string, why: string): SextantError =>
  new SextantError('SEXTANT_CODE_HOST_DOWN', {
    what: `${hostOf(url)} could not be asked by ssh.`,
    why,
    fix: 'Check the address, the port and the network, or see how the host is.',
  });

const unexpected = (url: string, why: string): SextantError =>
  new SextantError('SEXTANT_CODE_HOST_ANSWER', {
    what: `${hostOf(url)} gave an answer that was not expected.`,
    why,
    fix: 'Check that the address of the connection is that of such a host.',
  });
