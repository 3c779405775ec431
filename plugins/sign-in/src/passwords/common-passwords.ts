let list: Promise<ReadonlySet<string>> | undefined;

/** 49,000 passwords that are public from breaches, in small letters. Loaded when it is first asked for, and kept: about 5 MB. */
const commonPasswords = (): Promise<ReadonlySet<string>> =>
  (list ??= import('@zxcvbn-ts/language-common').then(({ dictionary }) => new Set(dictionary['passwords-common'])));

/** What people put around a common password to make it long enough. */
const PADDING = /^[\p{N}\p{P}\p{S}\s]+|[\p{N}\p{P}\p{S}\s]+$/gu;
/** A shorter rest says nothing: "a", "love". */
const SHORTEST = 5;

/**
 * Whether a password is in the list of breached and common ones, in whatever case; or is one of it with digits and signs around it, or several times the same
 * one. No network is used.
 */
export async function isCommonPassword(password: string): Promise<boolean> {
  const passwords = await commonPasswords();
  const isListed = (text: string): boolean => passwords.has(text) || passwords.has(unitOf(text));
  const text = password.normalize('NFKC').toLowerCase();
  const core = text.replace(PADDING, '');
  return isListed(text) || (core.length >= SHORTEST && isListed(core)) || isListed(text.replaceAll(/\s/gu, ''));
}

/** What a text is several times; itself where it is nothing else. */
function unitOf(text: string): string {
  const period = `${text}${text}`.indexOf(text, 1);
  return text.slice(0, period);
}
