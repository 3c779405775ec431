const USER_INFO = /\b([a-z][a-z0-9+.-]*:\/\/)[^\s/@']*@/gi;

/** Removes user names and passwords of URLs, and each given secret in the spellings git prints. */
export function redact(text: string, secrets: readonly string[] = []): string {
  let clean = text;
  for (const secret of secrets) {
    if (secret === '') continue;
    const spellings = new Set([secret, encodeURIComponent(secret), Buffer.from(secret).toString('base64')]);
    for (const spelling of spellings) clean = clean.replaceAll(spelling, '[redacted]');
  }
  return clean.replace(USER_INFO, '$1[redacted]@');
}
