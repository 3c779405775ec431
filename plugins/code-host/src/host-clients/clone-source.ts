import type { Secret } from '@sextant/sdk';
import type { CloneSource } from '../api/code-host-kinds.js';

export interface HostOfClone {
  /** Where the credential may go, with a slash at its end: the connection's, never one that an answer told. */
  readonly url: string;
  readonly sshKey: Secret | undefined;
  readonly username: string;
  /** A function is asked only where the credential goes to the host: for tokens that live shortly. */
  readonly password: Secret | (() => Promise<Secret>);
}

/** What git is given: the key by ssh; the credential by http for an address of this host, and for no other (row 20). */
export async function cloneSourceOf(cloneUrl: string, { url, sshKey, username, password }: HostOfClone): Promise<CloneSource> {
  if (cloneUrl.startsWith('ssh://')) return { url: cloneUrl, ...(sshKey ? { sshKey } : {}) };
  if (!cloneUrl.startsWith(url)) return { url: cloneUrl };
  return { url: cloneUrl, credentials: { username, password: typeof password === 'function' ? await password() : password } };
}

/** `git@host:owner/name.git` as a URL. */
export const sshUrlOf = (text: string): string => (text.includes('://') ? text : `ssh://${text.replace(':', '/')}`);

/** The path of a clone URL below the host's, without `.git`; of an ssh URL its whole path. */
export const pathOfClone = (url: string, cloneUrl: string): string =>
  new URL(cloneUrl).pathname.replace(cloneUrl.startsWith('ssh://') ? '/' : new URL(url).pathname, '').replace(/\.git$/, '');
