import { extensionPoint } from '@sextant/sdk';

export interface MadeFile {
  /** Inside the repository, `/`-separated. */
  readonly path: string;
  /** A link's content is where it leads. */
  readonly mode: '100644' | '100755' | '120000';
  readonly content: Uint8Array;
}

/** A state of a repository that is made: one commit without parents, under a tag, so that its id depends on nothing but itself. */
export interface MadeVersion {
  /** Such as `v1.2.3`. */
  readonly tag: string;
  /**
   * What is in it; asked for only where the mirror lacks the tag. The same each time, on every node.
   * @throws a SextantError with `details.refused` true: it cannot be taken, and the others can. Any other throw ends the fetch, and nothing of it is kept.
   */
  content(signal: AbortSignal): Promise<{
    readonly message: string;
    readonly author: { readonly name: string; readonly email: string };
    readonly date: Date;
    /** Throws as `content` does. */
    readonly files: AsyncIterable<MadeFile>;
  }>;
}

/** All that a made repository has. Tags that are not in it are taken away. */
export interface MadeMirror {
  readonly versions: readonly MadeVersion[];
  /** Branches, and the tags they are at, in the order of preference; the first that could be taken is where HEAD is. A branch moves with its tag. */
  readonly branches: readonly { readonly name: string; readonly tags: readonly string[] }[];
}

/** Makes mirrors of what is no repository at its host, by the name in a connection's `CloneSource.maker`. */
export interface MirrorMaker {
  readonly name: string;
  make(
    source: { readonly url: string; readonly input: string; readonly username?: string; readonly password?: string },
    options: { readonly signal: AbortSignal },
  ): Promise<MadeMirror>;
}
export const mirrorMakers = extensionPoint<MirrorMaker>('git.mirror-makers@1');
