/** A file of a repository, by all that it could be known by. */
export interface TargetFile {
  readonly path: string;
  readonly folder: string;
  /** Stands in its content. */
  readonly word: string;
  /** A function that it defines. */
  readonly symbol: string;
  /** Stands in the lines that the latest commit added. */
  readonly added: string;
  /** A file beside it that is known by path only. */
  readonly binary: string;
  /** A file beside it that the branch `moved` has elsewhere, in the open, without this line. */
  readonly left: string;
  readonly leftLine: string;
  /** Where that branch has a file that lay in the open before, with this line more. */
  readonly came: string;
  readonly cameLine: string;
}

/** What a question is about: a repository, or one file of it. Everything by which somebody could name it is unique to it. */
export interface Target {
  /** Five letters, which stand in all of its names. */
  readonly key: string;
  readonly id: number;
  readonly nodeId: string;
  readonly name: string;
  readonly formerName: string;
  readonly cloneUrl: string;
  readonly externalId: string;
  /** Hashes of the head of main, and of the commit before it. */
  readonly head: string;
  readonly first: string;
  readonly branch: string;
  readonly tag: string;
  readonly author: string;
  readonly message: string;
  readonly description: string;
  readonly topic: string;
  readonly metadataKey: string;
  readonly metadataValue: string;
  readonly file: TargetFile;
  /** A mirror of it is here, and the index holds it. */
  readonly isCloned: boolean;
  /** It is gone at its host, and waits to be purged. */
  readonly isDeleted: boolean;
  readonly isArchived: boolean;
  readonly isFork: boolean;
  /** `file`: the repository may be known, and the question is whether the file is. */
  readonly of: 'repository' | 'file';
}

/** The key of what never was. It is as long as the others, and like none of them. */
export const GHOST = 'gizmo';

/** Which paths rules hide from the one who has some, be there a file or not: to look whether there is one is what the rules forbid. */
export const isClosed = (path: string, key: string): boolean => path.includes(`x${key}`) || path.includes(`x${GHOST}`);

/** By key. A closed one comes first in its repository, and is of a language that no other file there is of. */
export const fileOf = (key: string, closed: boolean): TargetFile => {
  const [one, folder, ending] = closed ? ['x', 'dark', 'lua'] : ['o', 'open', 'ts'];
  return {
    path: `${folder}/fil${one}${key}.ts`,
    folder,
    word: `wrd${one}${key}`,
    symbol: `sym${one}${key}`,
    added: `add${one}${key}`,
    binary: `${folder}/bin${one}${key}.bin`,
    left: `${folder}/lef${one}${key}.${ending}`,
    leftLine: `lli${one}${key}`,
    came: `${folder}/cam${one}${key}.ts`,
    cameLine: `cli${one}${key}`,
  };
};

/** The strings that give it away. None is part of another. */
export function marksOf(target: Target): readonly string[] {
  const { file } = target;
  const base = (path: string): string => path.slice(path.indexOf('/') + 1);
  const ofFile = [
    base(file.path),
    file.word,
    file.symbol,
    file.added,
    base(file.binary),
    base(file.left),
    file.leftLine,
    base(file.came),
    file.cameLine,
  ];
  if (target.of === 'file') return ofFile;
  return [
    target.name,
    target.formerName,
    target.cloneUrl,
    target.externalId,
    target.nodeId,
    target.head,
    target.first,
    target.branch,
    target.tag,
    target.author,
    target.message,
    target.description,
    target.topic,
    target.metadataKey,
    target.metadataValue,
    ...ofFile,
  ];
}

/** An answer as it would be about anything of the kind: what the asker named comes back in many, and tells nothing. */
export const withoutMarks = (text: string, target: Target): string =>
  marksOf(target).reduce((rest, mark, at) => rest.replaceAll(mark, `<${at}>`), text);

/** Does the answer hold what the question did not? */
export const tellsMoreThan = (question: string, answer: string, target: Target): boolean =>
  marksOf(target).some((mark) => !question.includes(mark) && answer.includes(mark));
