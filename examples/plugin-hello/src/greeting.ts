/** A greeting, such as `Hello, Ada!`. */
export const greetingFor = (word: string, name: string): string => `${word}, ${name}!`;
