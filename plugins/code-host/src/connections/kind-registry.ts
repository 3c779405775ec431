import { type Contribution, SextantError } from '@sextant/sdk';
import type { CodeHostKind } from '../api.js';

const KIND = /^[A-Z][A-Z0-9]*$/;
/** Whether a kind may be called so. */
export const isKindName = (text: string): boolean => KIND.test(text);

/** The kinds of code hosts that plugins contribute, by name. The list is live: kinds come and go with their plugins. */
export class KindRegistry {
  constructor(private readonly contributions: readonly Contribution<CodeHostKind>[]) {}

  names(): readonly string[] {
    return [...new Set(this.#accepted().map(({ value }) => value.kind))].sort();
  }

  /** Those whose hosts say who may read. Asked with every look at the wall. */
  telling(): readonly string[] {
    const telling = this.#accepted().filter(({ value }) => value.permissions !== undefined);
    return [...new Set(telling.map(({ value }) => value.kind))].sort();
  }

  find(kind: string): CodeHostKind | undefined {
    return this.#accepted().find(({ value }) => value.kind === kind)?.value;
  }

  /** The kind whose repositories are of this service type; undefined also while its plugin is off. */
  ofServiceType(serviceType: string): CodeHostKind | undefined {
    return this.#accepted().find(({ value }) => value.serviceType() === serviceType)?.value;
  }

  /** @throws SEXTANT_CODE_HOST_KIND_UNKNOWN. */
  get(kind: string): CodeHostKind {
    const found = this.find(kind);
    if (!found) {
      throw new SextantError('SEXTANT_CODE_HOST_KIND_UNKNOWN', {
        what: `The kind ${JSON.stringify(kind)} of code host is not known.`,
        why: `Known are: ${this.names().join(', ') || 'none'}.`,
        fix: 'Use one of these, or enable the plugin of the kind.',
      });
    }
    return found;
  }

  /** Git's `file` protocol is for the folders plugin alone. */
  mayUseLocalFolders(kind: string): boolean {
    return this.#accepted().find(({ value }) => value.kind === kind)?.plugin === 'code-host-local';
  }

  /** Of two plugins with one kind the first keeps it. A plugin contributes its kind once a role, and roles can share a process. */
  #accepted(): readonly Contribution<CodeHostKind>[] {
    const owners = new Map<string, string>();
    const accepted: Contribution<CodeHostKind>[] = [];
    for (const contribution of [...this.contributions]) {
      const { kind } = contribution.value;
      const owner = owners.get(kind);
      if (!isKindName(kind)) contribution.reject(`"${kind}" is not a kind: write capital letters and digits.`);
      else if (owner !== undefined && owner !== contribution.plugin)
        contribution.reject(`The kind ${kind} is already there, from the plugin "${owner}".`);
      else accepted.push(contribution);
      owners.set(kind, owner ?? contribution.plugin);
    }
    return accepted;
  }
}
