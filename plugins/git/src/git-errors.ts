import { declareErrors } from '@sextant/sdk';

export const gitErrors = declareErrors({
  SEXTANT_GIT_REPOSITORY_NOT_FOUND: { status: 404, summary: 'The repository does not exist.', fix: 'Check the name.' },
  SEXTANT_GIT_NOT_CLONED: {
    status: 404,
    summary: 'The repository has no mirror on this node yet.',
    fix: 'Wait for the clone to finish, or refresh the repository.',
  },
  SEXTANT_GIT_REVISION_NOT_FOUND: {
    status: 404,
    summary: 'The revision does not exist in the repository.',
    fix: 'Check the spelling, or refresh the repository.',
  },
  SEXTANT_GIT_PATH_NOT_FOUND: { status: 404, summary: 'The path does not exist at the revision.', fix: 'Check the path and the revision.' },
  SEXTANT_GIT_OBJECT_NOT_FOUND: {
    status: 404,
    summary: 'The mirror lacks an object that was asked for.',
    fix: 'Refresh the repository; if it stays, re-clone it.',
  },
  SEXTANT_GIT_RANGE: { status: 416, summary: 'A byte or line range lies outside the file.', fix: 'Ask for a range inside the file.' },
  SEXTANT_GIT_ARGUMENT_REFUSED: {
    status: 400,
    summary: 'An argument is not on the list of what git may be called with.',
    fix: 'Use a plain revision, path or URL.',
  },
  SEXTANT_GIT_URL_REFUSED: {
    status: 400,
    summary: 'A clone URL has a scheme or form that is not allowed.',
    fix: 'Use https, http or ssh.',
  },
  SEXTANT_GIT_CREDENTIAL_REFUSED: {
    status: 400,
    summary: 'A credential holds a line break or a NUL.',
    fix: 'Correct the credential of the connection.',
  },
  SEXTANT_GIT_REDIRECT: {
    status: 502,
    summary: 'The code host answers git with a redirect, which could lead anywhere and is not followed.',
    fix: 'Write the address that it leads to into the connection.',
  },
  SEXTANT_GIT_AUTHENTICATION: {
    status: 502,
    summary: 'The code host refused the credentials.',
    fix: 'Renew the token or key of the connection.',
  },
  SEXTANT_GIT_NO_MAKER: {
    status: 409,
    summary: 'A mirror is to be made by a plugin that does not run where mirrors are kept.',
    fix: 'Enable the plugin of the connection in the processes of the role git.',
  },
  SEXTANT_GIT_HOST_KEY: {
    status: 502,
    summary: 'The code host has another SSH host key than before, and was given nothing.',
    fix: 'Ask who runs it whether the key was changed; if so, take the old one out of the file known_hosts in the folder of the git plugin.',
  },
  SEXTANT_GIT_REMOTE_NOT_FOUND: {
    status: 502,
    summary: 'The code host has no repository at the clone URL.',
    fix: 'Check the URL and the access of the connection.',
  },
  SEXTANT_GIT_SOURCE_CORRUPT: {
    status: 502,
    summary: 'The repository at the code host is damaged, so it cannot be cloned or fetched.',
    fix: 'Have it checked there with git fsck; the mirror stays as it was.',
  },
  SEXTANT_GIT_FETCH_GIVEN_UP: {
    status: 502,
    summary: 'A fetch was begun several times and never came to its end: its process died, or it took too long.',
    fix: 'See the log of the processes with the roles worker and git; then refresh the repository.',
  },
  SEXTANT_GIT_UNREACHABLE: {
    status: 502,
    summary: 'The code host could not be reached.',
    fix: 'Check the network, the address and certificates.',
  },
  SEXTANT_GIT_CORRUPT: {
    status: 503,
    summary: 'The mirror on disk is damaged.',
    fix: 'It is cloned again by itself; a re-clone can also be asked for.',
  },
  SEXTANT_GIT_DISK_FULL: {
    status: 507,
    summary: 'The disk that holds the mirrors is full.',
    fix: 'Free space on the data folder, or lower what is mirrored.',
  },
  SEXTANT_GIT_BUSY: { status: 503, summary: 'Another process works on the mirror.', fix: 'Try again shortly.' },
  SEXTANT_GIT_MIRROR_REMOVED: {
    status: 409,
    summary: 'The mirror was removed while it was fetched.',
    fix: 'Nothing: it is cloned anew if its repository is still there.',
  },
  SEXTANT_GIT_TIMEOUT: {
    status: 504,
    summary: 'git took longer than its deadline.',
    fix: 'Ask for less, or raise the deadline in the configuration.',
  },
  SEXTANT_GIT_TOO_LARGE: { status: 413, summary: 'The answer of git is larger than its limit.', fix: 'Ask for less.' },
  SEXTANT_GIT_NO_NODE: { status: 503, summary: 'No process keeps mirrors.', fix: 'Start a process with the role git.' },
  SEXTANT_GIT_EXHAUSTED: {
    status: 503,
    summary: 'git could not be started: the process or the machine has no descriptors, processes or memory left.',
    fix: 'Try again; raise the limits of open files and processes (ulimit -n, ulimit -u) when it comes back.',
  },
  SEXTANT_GIT_FAILED: { status: 500, summary: 'git ended with an error that has no code of its own.', fix: 'See the log of the git role.' },
});
