/** Paths do not tell upper case from lower everywhere: `A` is written `!a`. */
export const escaped = (text: string): string => text.replace(/[A-Z]/g, (letter) => `!${letter.toLowerCase()}`);
