// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is removed
const CONTROL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]/g;
const USER_INFO = /\b([a-z][a-z0-9+.-]*:\/\/)[^\s/@']*@/gi;

/** Removes user names and passwords of URLs, and each given secret in the spellings git prints. */
export function redact(text: string, secrets: readonly string[] = []): string {
  let clean = text;
  for (const secret of secrets) {
    if (secret === '') continue;
    const spellings = new Set([secret, encodeURIComponent(secret), Buffer.from(secret).toString('base64')]);
    for (const spelling of spellings) clean = clean.replaceAll(spelling, '[redacted]');
  }
  // The other side writes into this text too: nothing in it may drive a terminal or be refused by a database.
  return clean.replace(CONTROL, '').replace(USER_INFO, '$1[redacted]@');
}
