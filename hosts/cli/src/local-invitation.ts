import type { Running } from '@sextant/preset';

/**
 * Lines that say how browsers and other programs are let in as the local site admin. The link is shown to a person at a terminal only: what
 * is written elsewhere may be read by others.
 */
export function localInvitation({ url, invitation }: Pick<Running, 'url' | 'invitation'>, isTerminal: boolean): string {
  if (!invitation) return '';
  if (isTerminal) return `Open it as its site admin: ${invitation.link}\n`;
  return `This account is its site admin. Others: ${url}/-/local?token=… with the secret that is in ${invitation.file}\n`;
}
