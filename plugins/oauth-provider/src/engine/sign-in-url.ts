/** Where a person signs in and comes back to `path`, which has no prefix yet. */
export function signInUrl({ process }: { readonly process: { readonly externalUrl: string } }, path: string): string {
  const prefix = new URL(process.externalUrl).pathname.replace(/\/$/, '');
  return `${prefix}/sign-in?returnTo=${encodeURIComponent(`${prefix}${path}`)}`;
}
