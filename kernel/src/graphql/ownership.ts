import { type RecentSignIn, SextantError } from '@sextant/sdk';
import { Kind } from 'graphql';
import type { Requirement } from '../http/auth-errors.js';
import { type Claims, type FieldClaim, ROOTS } from './claims.js';

/** Which plugin owns which type and field of the one schema, and who may read it. */
export class Ownership {
  readonly types = new Map<string, string>();
  /** `Type.field` → plugin. */
  readonly fields = new Map<string, string>();
  readonly directives = new Map<string, string>();
  readonly #requires = new Map<string, Requirement>();
  readonly #recentSignIns = new Map<string, RecentSignIn>();

  ownerOf(type: string, field?: string): string | undefined {
    return field === undefined ? this.types.get(type) : this.fields.get(`${type}.${field}`);
  }

  /**
   * The stricter of what the type and the field ask for. A root field that asks for nothing needs a user; one that changes something or stays open, a user
   * who is no guest.
   */
  requirement(type: string, field: string): Requirement {
    const ofType = this.#requires.get(type) ?? 'public';
    const asked = this.#requires.get(`${type}.${field}`) ?? (ROOTS.has(type) ? 'user' : 'public');
    const ofField = asked === 'user' && ROOTS.has(type) && type !== 'Query' ? 'account' : asked;
    return strictness(ofType) > strictness(ofField) ? ofType : ofField;
  }

  /** What the field asks for of how its caller came in; undefined: nothing. */
  recentSignIn(type: string, field: string): RecentSignIn | undefined {
    return this.#recentSignIns.get(`${type}.${field}`);
  }

  /** Takes a plugin's types; with `fields` afterwards. Undefined, or the first claim that another owns. */
  claimTypes(claims: Claims): SextantError | undefined {
    for (const type of claims.types.keys()) {
      const owner = this.types.get(type);
      if (owner !== undefined) return taken(claims.plugin, 'type', type, owner);
    }
    for (const directive of claims.directives) {
      const owner = this.directives.get(directive);
      if (owner !== undefined) return taken(claims.plugin, 'directive', `@${directive}`, owner);
    }
    for (const type of claims.types.keys()) this.types.set(type, claims.plugin);
    for (const directive of claims.directives) this.directives.set(directive, claims.plugin);
    for (const [type, requires] of claims.typeRequires) if (claims.types.has(type)) this.#requires.set(type, requires);
    this.#takeFields(
      claims,
      claims.fields.filter((field) => !field.added),
    );
    return undefined;
  }

  /** Takes the fields that a plugin adds to the types of others, once all types are taken. */
  claimAddedFields(claims: Claims): SextantError | undefined {
    const added = claims.fields.filter((field) => field.added);
    for (const { type, field } of added) {
      const owner = this.fields.get(`${type}.${field}`);
      if (owner !== undefined) return taken(claims.plugin, 'field', `${type}.${field}`, owner);
    }
    this.#takeFields(claims, added);
    return undefined;
  }

  #takeFields(claims: Claims, fields: readonly FieldClaim[]): void {
    for (const { type, field, requires, recentSignIn } of fields) {
      this.fields.set(`${type}.${field}`, claims.plugin);
      if (requires !== undefined) this.#requires.set(`${type}.${field}`, requires);
      if (recentSignIn !== undefined) this.#recentSignIns.set(`${type}.${field}`, recentSignIn);
    }
  }
}

const STRICTNESS: readonly string[] = ['public', 'user', 'account', 'permission', 'site-admin', 'internal'];
const strictness = (requirement: Requirement): number => STRICTNESS.indexOf(requirement.split(':', 1)[0]!);

const taken = (plugin: string, kind: string, name: string, owner: string): SextantError =>
  new SextantError('SEXTANT_GRAPHQL_OWNERSHIP', {
    what: `Plugin "${plugin}" defines the ${kind} ${name}, which ${owner === 'kernel' ? 'the kernel' : `plugin "${owner}"`} owns.`,
    fix: `Rename it in "${plugin}", or disable one of the two plugins.`,
    details: { plugin, [kind]: name, owner },
  });

export interface Settled {
  readonly accepted: readonly Claims[];
  readonly rejected: ReadonlyMap<string, SextantError>;
  readonly ownership: Ownership;
}

/**
 * Which plugins' claims fit together. The answer depends on the set alone, never on its order: of two that claim one
 * name, the plugin whose id sorts first has it, and whoever needs a type of a rejected plugin is rejected with it.
 */
export function settle(kernel: Claims, candidates: readonly Claims[]): Settled {
  const active = new Map([...candidates].sort((a, b) => (a.plugin < b.plugin ? -1 : 1)).map((claims) => [claims.plugin, claims]));
  const byPlugin = new Map(active);
  const rejected = new Map<string, SextantError>();
  const reject = (plugin: string, error: SextantError): void => {
    active.delete(plugin);
    rejected.set(plugin, error);
  };
  const retried = new Set<string>();
  for (;;) {
    const wrong = sorted(active).flatMap((claims) => {
      const error = problemWithOthers(claims, kernel, active);
      return error ? [[claims.plugin, error] as const] : [];
    });
    for (const [plugin, error] of wrong) reject(plugin, error);
    if (wrong.length > 0) continue;

    const { ownership, conflict } = divide(kernel, sorted(active));
    if (conflict !== undefined) {
      reject(conflict.plugin, conflict.error);
      continue;
    }
    // A plugin that lost a name to one that was rejected later may have it after all.
    const again = [...rejected.keys()].sort().find((plugin) => {
      const claims = byPlugin.get(plugin)!;
      const withIt = new Map(active).set(plugin, claims);
      return (
        !retried.has(plugin) &&
        problemWithOthers(claims, kernel, withIt) === undefined &&
        divide(kernel, sorted(withIt)).conflict === undefined
      );
    });
    if (again === undefined) return { accepted: sorted(active), rejected, ownership };
    retried.add(again);
    rejected.delete(again);
    active.set(again, byPlugin.get(again)!);
  }
}

const sorted = (claims: ReadonlyMap<string, Claims>): readonly Claims[] =>
  [...claims.values()].sort((a, b) => (a.plugin < b.plugin ? -1 : 1));

function divide(kernel: Claims, accepted: readonly Claims[]): { ownership: Ownership; conflict?: { plugin: string; error: SextantError } } {
  const ownership = new Ownership();
  for (const claim of ['claimTypes', 'claimAddedFields'] as const) {
    for (const claims of [kernel, ...accepted]) {
      const error = ownership[claim](claims);
      if (error !== undefined) return { ownership, conflict: { plugin: claims.plugin, error } };
    }
  }
  return { ownership };
}

function problemWithOthers(claims: Claims, kernel: Claims, active: ReadonlyMap<string, Claims>): SextantError | undefined {
  const ownerOf = (type: string): Claims | undefined =>
    kernel.types.has(type) ? kernel : sorted(active).find((other) => other.types.has(type));
  for (const [type, place] of claims.references) {
    if (ownerOf(type) === undefined) {
      return new SextantError('SEXTANT_GRAPHQL_REFERENCE', {
        what: `Plugin "${claims.plugin}" names the type ${type} (in ${place}), which no active plugin defines.`,
        why: 'Its owner is disabled, was rejected, or the name is misspelt.',
        fix: `Enable the plugin that defines ${type}, or correct the name.`,
        details: { plugin: claims.plugin, type, place },
      });
    }
  }
  for (const node of claims.extensions) {
    const type = node.name.value;
    const owner = ownerOf(type)!;
    if (owner === claims) continue;
    const fits = node.kind === Kind.OBJECT_TYPE_EXTENSION ? Kind.OBJECT_TYPE_DEFINITION : Kind.UNION_TYPE_DEFINITION;
    if (owner === kernel ? !ROOTS.has(type) : owner.types.get(type)!.kind !== fits) {
      return extension(
        claims.plugin,
        `extends ${type}, which cannot be extended so.`,
        owner === kernel ? 'Of the kernel, only Query, Mutation and Subscription are open.' : 'It is of another kind.',
        'Add fields to an object type instead.',
      );
    }
  }
  const required = claims.fields.find((field) => field.added && !ROOTS.has(field.type) && field.node.type.kind === Kind.NON_NULL_TYPE);
  if (required !== undefined) {
    const place = `${required.type}.${required.field}`;
    return extension(
      claims.plugin,
      `adds the field ${place}, which is not nullable, to a type of "${ownerOf(required.type)!.plugin}".`,
      'When it fails, it would take the whole object with it.',
      `Make ${place} nullable.`,
    );
  }
  return undefined;
}

const extension = (plugin: string, what: string, why: string, fix: string): SextantError =>
  new SextantError('SEXTANT_GRAPHQL_EXTENSION', { what: `Plugin "${plugin}" ${what}`, why, fix, details: { plugin } });
