/** What is used of a package without types. */
declare module 'xml-encryption' {
  export function decrypt(xml: string, options: { readonly key: string }, done: (error: unknown, text: string) => void): void;
}
