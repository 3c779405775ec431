/** What a plugin is called, in all the ways in which its files do. */
export interface PluginNames {
  /** `my-forge` */
  readonly id: string;
  /** `myForge` */
  readonly camel: string;
  /** `My forge` */
  readonly title: string;
}

export function namesOf(id: string): PluginNames {
  const words = id.split('-');
  return {
    id,
    camel: words.map((word, at) => (at === 0 ? word : capital(word))).join(''),
    title: [capital(words[0] ?? ''), ...words.slice(1)].join(' '),
  };
}

const capital = (word: string): string => `${word[0]?.toUpperCase() ?? ''}${word.slice(1)}`;
