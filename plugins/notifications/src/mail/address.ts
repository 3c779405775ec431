/**
 * One address, and nothing that a header or the command of a mail server could take for more than one: no white space, control character, comma, colon,
 * semicolon, bracket or quote.
 */
export const isAddress = (text: string): boolean => /^[^\s\p{Cc}@<>"\\(),:;[\]]{1,64}@[^\s\p{Cc}@<>"\\(),:;[\]]{1,253}$/u.test(text);

/** One line, of a length that every server takes. */
export const isLine = (text: string, longest: number): boolean => text.length <= longest && !/[\p{Cc}\u2028\u2029]/u.test(text);
