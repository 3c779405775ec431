import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLOutputType,
  type GraphQLSchema,
  getNamedType,
  isInterfaceType,
  isListType,
  isNonNullType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';
import { largestPage, SIZES } from './page-size.js';

interface Known {
  readonly schema: GraphQLSchema;
  readonly cost: number;
}
// Costs of operations whose sizes are all written in the document.
const known = new WeakMap<OperationDefinitionNode, Known>();

/**
 * How many fields an operation could resolve at most: each counts one, and everything below a list counts as often as
 * the list may be long. That is its own or its parent's `first`, `last` or `limit` — a connection hands its size to its
 * `nodes` and `edges` — and `listFactor` for a list without one. What `@pageSize` says is the longest is never passed.
 */
export function operationCost(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  variables: Readonly<Record<string, unknown>>,
  listFactor: number,
): number {
  const cached = known.get(operation);
  if (cached?.schema === schema) return cached.cost;
  const measure = new CostMeasure(schema, document, operation, variables, listFactor);
  const cost = measure.whole();
  if (!measure.usedVariables) known.set(operation, { schema, cost });
  return cost;
}

class CostMeasure {
  usedVariables = false;
  readonly #fragments = new Map<string, FragmentDefinitionNode>();
  readonly #measured = new Map<string, number>();

  constructor(
    private readonly schema: GraphQLSchema,
    document: DocumentNode,
    private readonly operation: OperationDefinitionNode,
    private readonly variables: Readonly<Record<string, unknown>>,
    private readonly listFactor: number,
  ) {
    for (const node of document.definitions) if (node.kind === Kind.FRAGMENT_DEFINITION) this.#fragments.set(node.name.value, node);
  }

  whole(): number {
    return this.#selections(this.operation.selectionSet, this.schema.getRootType(this.operation.operation) ?? undefined, undefined);
  }

  #selections(set: SelectionSetNode, parent: GraphQLNamedType | undefined, inherited: number | undefined): number {
    let cost = 0;
    for (const node of set.selections) {
      if (node.kind === Kind.FIELD) cost += this.#field(node, parent, inherited);
      else if (node.kind === Kind.INLINE_FRAGMENT)
        cost += this.#selections(
          node.selectionSet,
          node.typeCondition ? this.schema.getType(node.typeCondition.name.value) : parent,
          inherited,
        );
      else cost += this.#fragment(node.name.value, inherited);
    }
    return cost;
  }

  #fragment(name: string, inherited: number | undefined): number {
    const key = `${name} ${inherited}`;
    const measured = this.#measured.get(key);
    if (measured !== undefined) return measured;
    const node = this.#fragments.get(name);
    const cost =
      node === undefined ? 0 : this.#selections(node.selectionSet, this.schema.getType(node.typeCondition.name.value), inherited);
    this.#measured.set(key, cost);
    return cost;
  }

  #field(node: FieldNode, parent: GraphQLNamedType | undefined, inherited: number | undefined): number {
    const field = isObjectType(parent) || isInterfaceType(parent) ? parent.getFields()[node.name.value] : undefined;
    if (field === undefined) return 1;
    const size = this.#size(node, field);
    const list = listDepth(field.type);
    if (node.selectionSet === undefined) return 1;
    const length = list === 0 ? 1 : Math.max(1, size ?? inherited ?? this.listFactor) * this.listFactor ** (list - 1);
    return 1 + length * this.#selections(node.selectionSet, getNamedType(field.type), list === 0 ? size : undefined);
  }

  /** The largest of the field's size arguments; undefined when it has none. */
  #size(node: FieldNode, field: GraphQLField<unknown, unknown>): number | undefined {
    let size: number | undefined;
    for (const argument of field.args) {
      if (!SIZES.has(argument.name)) continue;
      const given = node.arguments?.find(({ name }) => name.value === argument.name)?.value;
      let value: unknown = argument.defaultValue;
      if (given?.kind === Kind.INT) value = Number(given.value);
      else if (given?.kind === Kind.VARIABLE) {
        this.usedVariables = true;
        value = this.#variable(given.name.value) ?? argument.defaultValue;
      }
      // What is not a number here is refused when the variables are coerced.
      if (typeof value === 'number' && value >= 0) size = Math.max(size ?? 0, value);
    }
    return size === undefined ? undefined : Math.min(size, largestPage(field) ?? size);
  }

  #variable(name: string): unknown {
    const value = this.variables[name];
    if (value !== undefined) return value;
    const preset = this.operation.variableDefinitions?.find(({ variable }) => variable.name.value === name)?.defaultValue;
    return preset?.kind === Kind.INT ? Number(preset.value) : undefined;
  }
}

function listDepth(type: GraphQLOutputType): number {
  if (isNonNullType(type)) return listDepth(type.ofType);
  return isListType(type) ? 1 + listDepth(type.ofType) : 0;
}
