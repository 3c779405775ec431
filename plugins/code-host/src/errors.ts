import { declareErrors } from '@sextant/sdk';

export const codeHostErrors = declareErrors({
  SEXTANT_CODE_HOST_KIND_UNKNOWN: {
    status: 400,
    summary: 'No enabled plugin knows this kind of code host.',
    fix: 'Use a kind that is listed, or enable the plugin of the kind.',
  },
  SEXTANT_CODE_HOST_CONFIG_INVALID: {
    status: 400,
    summary: 'The configuration of a connection is malformed.',
    fix: 'Correct the named keys.',
  },
  SEXTANT_CODE_HOST_SECRET_MISSING: {
    status: 400,
    summary: 'A secret of a connection was left as REDACTED where there is none to keep, or the address it belongs to changed.',
    fix: 'Enter the secret itself.',
  },
  SEXTANT_CODE_HOST_CONNECTION_NOT_FOUND: {
    status: 404,
    summary: 'There is no such connection.',
    fix: 'List the connections, and use the id of one.',
  },
  SEXTANT_CODE_HOST_CONNECTION_DECLARED: {
    status: 409,
    summary: 'The connection is declared in the configuration file and read-only in the API.',
    fix: 'Change it in the file, and restart.',
  },
  SEXTANT_CODE_HOST_REPOSITORY_NOT_FOUND: {
    status: 404,
    summary: 'There is no such repository.',
    fix: 'Check the spelling of its name or id.',
  },
  SEXTANT_CODE_HOST_CLONE_URL: { status: 400, summary: 'A clone URL is not one that Sextant may use.', fix: 'Use https, http or ssh.' },
  SEXTANT_CODE_HOST_SYNC_GUARD: {
    status: 409,
    summary: 'A sync would have deleted more repositories than maxDeletions allows; it deleted none.',
    fix: 'See whether the host lists everything; raise maxDeletions for one sync if the deletions are right.',
  },
  SEXTANT_CODE_HOST_SYNC_FAILED: {
    status: 502,
    summary: 'The repositories of a connection could not be listed; nothing was deleted.',
    fix: 'See the last sync of the connection, which says why.',
  },
  SEXTANT_CODE_HOST_UNCONNECTED: {
    status: 409,
    summary: 'No connection gives this repository any more, so nothing new comes of it.',
    fix: 'Add a connection that lists it.',
  },
  SEXTANT_CODE_HOST_PERMISSIONS_TIMEOUT: {
    status: 503,
    summary: 'A plugin that grants repositories did not answer in its time, so that nobody knows what may be seen.',
    fix: 'See the log for what keeps the plugin that is named; plugins.code-host.permissionsTimeout is its time.',
  },
  SEXTANT_CODE_HOST_FRESHNESS_UNKNOWN: {
    status: 503,
    summary: 'A plugin that knows a part of why a repository is as old as it is did not answer.',
    fix: 'See the log, and the state of the plugin.',
  },
  SEXTANT_CODE_HOST_FRESHNESS_LIMIT: {
    status: 400,
    summary: 'One operation asks of too many repositories why they are as old as they are.',
    fix: 'Ask of fewer at a time.',
  },
  SEXTANT_CODE_HOST_RATE_LIMITED: {
    status: 429,
    summary: 'A code host takes no more requests for now, and it would be too long to wait.',
    fix: 'Try again at the time that is named.',
  },
  SEXTANT_CODE_HOST_REFUSED: {
    status: 502,
    summary: 'A code host refused the credential of a connection, or asks for one; nothing is deleted for it.',
    fix: 'Make a new credential at the host that may read repositories, and put it into the connection.',
  },
  SEXTANT_CODE_HOST_ABSENT: {
    status: 502,
    summary: 'A code host does not have what was asked for, or does not show it to the credential of the connection.',
    fix: 'Check the names in the connection, and what its credential may see.',
  },
  SEXTANT_CODE_HOST_DOWN: {
    status: 502,
    summary: 'A code host could not answer, also when it was asked again; nothing is deleted for it.',
    fix: 'Wait, or see how the host is.',
  },
  SEXTANT_CODE_HOST_ANSWER: {
    status: 502,
    summary: 'A code host gave an answer that is not one of its API, such as a page to sign in; nothing is deleted for it.',
    fix: 'Check that the URL of the connection is the address of such a host, and that its credential is still good.',
  },
  SEXTANT_CODE_HOST_SSH_KEY: {
    status: 400,
    summary: 'The SSH key of a connection cannot be used: it has a passphrase, is not in OpenSSH form, or there is no OpenSSH client.',
    fix: 'Give a private key without a passphrase, in OpenSSH form.',
  },
  SEXTANT_CODE_HOST_HOST_KEY: {
    status: 502,
    summary: 'A code host has another SSH host key than before; it was given nothing, and nothing is deleted for it.',
    fix: 'Ask who runs the host whether its key was changed; if so, take the old one out of the file known_hosts that is named.',
  },
  SEXTANT_CODE_HOST_WEBHOOK_INVALID: {
    status: 400,
    summary: 'A webhook has no name, too short a secret, or a code host that no connection is to or that has no webhooks.',
    fix: 'Correct what is named.',
  },
  SEXTANT_CODE_HOST_WEBHOOK_NOT_FOUND: { status: 404, summary: 'There is no such webhook or delivery.', fix: 'Check its address or id.' },
  SEXTANT_CODE_HOST_WEBHOOK_UNPROVEN: {
    status: 401,
    summary: 'A delivery to a webhook does not prove that it is from the code host.',
    fix: 'Give the webhook the same secret at both ends.',
  },
  SEXTANT_CODE_HOST_PATTERN: {
    status: 400,
    summary: 'A pattern over repository names is not a valid RE2 pattern.',
    fix: 'Correct the pattern; look-around and back-references do not exist in RE2.',
  },
  SEXTANT_CODE_HOST_FILTER_UNAVAILABLE: {
    status: 409,
    summary: 'A filter or order needs a plugin that is not running.',
    fix: 'Leave the argument out, or enable the plugin.',
  },
  SEXTANT_CODE_HOST_METADATA_EXISTS: {
    status: 409,
    summary: 'The repository has this metadata key already.',
    fix: 'Update the key instead.',
  },
  SEXTANT_CODE_HOST_METADATA_NOT_FOUND: { status: 404, summary: 'The repository has no such metadata key.', fix: 'Add the key first.' },
  SEXTANT_CODE_HOST_METADATA_INVALID: {
    status: 400,
    summary: 'A metadata key or value is empty, too long or holds a control character.',
    fix: 'Use up to 500 characters without control characters.',
  },
});
