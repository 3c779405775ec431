/** Where a person signs in and comes back to `path`, which has no prefix yet. @param anew although they are signed in */
export function signInUrl({ process }: { readonly process: { readonly externalUrl: string } }, path: string, anew = false): string {
  const prefix = new URL(process.externalUrl).pathname.replace(/\/$/, '');
  return `${prefix}/sign-in?returnTo=${encodeURIComponent(`${prefix}${path}`)}${anew ? '&anew=1' : ''}`;
}
