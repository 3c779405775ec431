/**
 * One line for a terminal. File names, messages and lines of files are other people's: nothing in them may drive the terminal, turn the direction of the
 * text, or begin a line that looks like one of ours.
 */
export const printable = (text: string): string =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is taken out
  text.replace(/[\u0000-\u0008\u000a-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g, '\ufffd');

/** The same JSON, without what JSON leaves as it is and a terminal would obey. */
export const inertJson = (text: string): string =>
  text.replace(/[\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`);
