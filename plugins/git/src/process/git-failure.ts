import { SextantError } from '@sextant/sdk';

const CAUSES: readonly (readonly [pattern: RegExp, code: string, what: string, fix: string])[] = [
  [
    /returned error: 30[12378]\b|unable to update url base from redirection/i,
    'SEXTANT_GIT_REDIRECT',
    'The code host answers with a redirect, which git does not follow.',
    'Write the address that it leads to into the connection, such as https:// for http://, or the name that the repository has now.',
  ],
  [
    /No space left on device|disk quota exceeded|ENOSPC/i,
    'SEXTANT_GIT_DISK_FULL',
    'The disk that holds the mirrors is full.',
    'Free space on the data folder.',
  ],
  [
    /Authentication failed|could not read (?:Username|Password)|Permission denied \((?:publickey|password)|HTTP Basic: Access denied|terminal prompts disabled|error: 40[13]/i,
    'SEXTANT_GIT_AUTHENTICATION',
    'The code host refused the credentials.',
    'Renew the token or key of the connection.',
  ],
  [
    /REMOTE HOST IDENTIFICATION HAS CHANGED|Host key verification failed/i,
    'SEXTANT_GIT_HOST_KEY',
    'The code host has another SSH host key than before, and was given nothing.',
    'Ask who runs it whether the key was changed; if so, take the old one out of the file known_hosts in the folder of the git plugin.',
  ],
  [
    /repository .*not found|Repository not found|does not appear to be a git repository|error: 404|project you were looking for could not be found/i,
    'SEXTANT_GIT_REMOTE_NOT_FOUND',
    'The code host has no repository at the clone URL.',
    'Check the URL and the access of the connection.',
  ],
  [
    /repository corruption on the remote side/i,
    'SEXTANT_GIT_SOURCE_CORRUPT',
    'The repository at the code host is damaged.',
    'Have it checked there with git fsck; the mirror stays as it was.',
  ],
  [
    /Could not resolve host|unable to access|Connection (?:refused|timed out|reset|closed)|Failed to connect|SSL|certificate|early EOF|Operation too slow|remote end hung up|Could not read from remote/i,
    'SEXTANT_GIT_UNREACHABLE',
    'The code host could not be reached.',
    'Check the network, the address and the certificates.',
  ],
  [
    /not a git repository|unknown repository extension/i,
    'SEXTANT_GIT_CORRUPT',
    'The mirror on disk is damaged.',
    'It is cloned again by itself.',
  ],
  [CORRUPTION(), 'SEXTANT_GIT_CORRUPT', 'The mirror on disk is damaged.', 'It is cloned again by itself.'],
  [
    /unknown revision|bad revision|bad object|Not a valid (?:object|commit) name|ambiguous argument|not a tree object/i,
    'SEXTANT_GIT_REVISION_NOT_FOUND',
    'The revision does not exist in the repository.',
    'Check the spelling, or refresh the repository.',
  ],
  [
    /no such path|There is no path|did not match any files|does not exist in/i,
    'SEXTANT_GIT_PATH_NOT_FOUND',
    'The path does not exist at the revision.',
    'Check the path and the revision.',
  ],
];

/** The words of git that mean the object store itself is damaged, not that somebody asked for what is not there. */
function CORRUPTION(): RegExp {
  return /loose object .* is corrupt|packfile .* (?:is corrupt|cannot be accessed|does not match index)|pack has bad object|inflate: data stream error|corrupt loose object|object file .* is empty|unable to unpack|garbage at end of (?:loose )?object|index file .* is (?:corrupt|too small)|(?:wrong|bad) index v\d|bad sha1 file|object directory .* does not exist|missing (?:blob|tree|commit) object|unable to read tree|fatal: bad tree object|hash mismatch|bad ref(?:erence)? for|Could not read [0-9a-f]{40}|unable to read [0-9a-f]{40}|packed object [0-9a-f]+ .* is corrupt|bad packed object CRC|invalid index-pack|broken link/i;
}

export const looksCorrupt = (stderr: string): boolean => CORRUPTION().test(stderr);

/** The coded error of a git that ended badly. `stderr` is redacted and bounded by the caller. */
export function gitFailure(
  subcommand: string,
  exit: { readonly code: number | null; readonly signal: NodeJS.Signals | null },
  stderr: string,
): SextantError {
  const words =
    stderr
      .trim()
      .split('\n')
      .filter((line) => /^(?:(?:fatal|error|remote|ssh|warning):?|\S+@\S+: Permission denied)/i.test(line))
      .slice(-3)
      .join(' ')
      .slice(0, 400) || stderr.trim().slice(-400);
  // It stands between two sentences of ours.
  const said = words === '' || /[.!?]$/.test(words) ? words : `${words}.`;
  for (const [pattern, code, what, fix] of CAUSES) if (pattern.test(stderr)) return new SextantError(code, { what, why: said, fix });
  return new SextantError('SEXTANT_GIT_FAILED', {
    what: `git ${subcommand} ended with ${exit.signal ?? exit.code}.`,
    why: said || 'It said nothing.',
    fix: 'See the log of the git role.',
  });
}
