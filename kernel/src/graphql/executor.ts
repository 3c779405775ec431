import { AsyncLocalStorage } from 'node:async_hooks';
import { execute } from '@graphql-tools/executor';
import { type Contribution, type OperationObserver, SextantError } from '@sextant/sdk';
import {
  createSourceEventStream,
  type ExecutionArgs,
  type ExecutionResult,
  type GraphQLError,
  type GraphQLFieldResolver,
  getOperationAST,
  type OperationDefinitionNode,
} from 'graphql';
import { scopeRefusal, WRITE_SCOPE } from '../http/auth-errors.js';
import type { OpenSpan } from '../observability/open-span.js';
import { NO_TRACING, type Tracing } from '../observability/tracing.js';
import { overLimit } from './document-shape.js';
import type { Generation } from './generation.js';
import type { GraphQLLimits } from './graphql-limits.js';
import { KERNEL } from './kernel-type-defs.js';
import { LiveSubscription } from './live-subscription.js';
import { pluginGone, readProperty } from './mount-resolvers.js';
import { operationCost } from './operation-cost.js';
import { type ContextValue, type OperationState, STATE, stateOf } from './operation-state.js';
import { coded, presentError } from './present-error.js';

/** Of the cost of an operation: what its caller is charged one more request for. */
const COST_PER_POINT = 10_000;

/** Runs operations on the generation their request began with. */
export class Executor {
  readonly #subscriptions = new Set<LiveSubscription>();
  readonly #current = new AsyncLocalStorage<OperationState>();

  constructor(
    private readonly limits: GraphQLLimits,
    private readonly tracing: Tracing = NO_TRACING,
    private readonly observers: () => readonly Contribution<OperationObserver>[] = () => [],
  ) {}

  execute(args: ExecutionArgs): Promise<ExecutionResult> | ExecutionResult {
    const state = stateOf(args.contextValue);
    const refused = this.#begin(args, state);
    return refused ?? this.#run(args, state);
  }

  async subscribe(args: ExecutionArgs): Promise<LiveSubscription | ExecutionResult> {
    const state = stateOf(args.contextValue);
    state.subscription = true;
    const refused = this.#begin(args, state);
    if (refused !== undefined) return refused;
    if (this.#subscriptions.size >= this.limits.subscriptions) {
      return failed(
        overLimit('subscriptions', this.limits.subscriptions, this.#subscriptions.size + 1, 'Too many subscriptions are running.'),
      );
    }
    const source = await createSourceEventStream({ ...args, fieldResolver: undefined });
    if (!(Symbol.asyncIterator in source)) return presented(source, state);
    const subscription = new LiveSubscription(
      source,
      state,
      this.#rootOwner(args, state),
      async (event) => {
        const renewed = state.renewed();
        return this.#run(
          { ...args, rootValue: event, contextValue: { ...(args.contextValue as object), [STATE]: renewed } satisfies ContextValue },
          renewed,
        );
      },
      (ended) => this.#subscriptions.delete(ended),
    );
    this.#subscriptions.add(subscription);
    // Between the request's start and here the schema may have moved on.
    if (state.generation.gone.has(subscription.plugin)) subscription.stop(pluginGone(subscription.plugin));
    return subscription;
  }

  get subscriptions(): number {
    return this.#subscriptions.size;
  }

  /** Called when these generations have a successor: their subscriptions of plugins that left end now, the others after a while. */
  superseded(generations: ReadonlySet<Generation>): void {
    for (const subscription of [...this.#subscriptions]) {
      const { generation } = subscription.state;
      if (!generations.has(generation)) continue;
      if (generation.gone.has(subscription.plugin)) subscription.stop(pluginGone(subscription.plugin));
      else subscription.expireIn(this.limits.supersededSubscription);
    }
  }

  /** True while a subscription of the generation runs. */
  holds(generation: Generation): boolean {
    return [...this.#subscriptions].some(({ state }) => state.generation === generation);
  }

  /** Ends every subscription: for the end of the process. */
  stopSubscriptions(): void {
    for (const subscription of [...this.#subscriptions]) subscription.stop();
  }

  /** Waits until no query or mutation of these generations runs, but the one that this is called from. False after `timeout` milliseconds. */
  async drained(generations: Iterable<Generation>, timeout: number): Promise<boolean> {
    const own = this.#current.getStore();
    let timer: NodeJS.Timeout | undefined;
    const overdue = new Promise<false>((resolve) => {
      timer = setTimeout(() => resolve(false), timeout);
    });
    try {
      for (const generation of generations) {
        while ([...generation.running].some((operation) => operation !== own)) {
          if ((await Promise.race([generation.changed().then(() => true), overdue])) === false) return false;
        }
      }
      return true;
    } finally {
      clearTimeout(timer);
    }
  }

  #begin(args: ExecutionArgs, state: OperationState): ExecutionResult | undefined {
    state.document = args.document;
    const operation = getOperationAST(args.document, args.operationName);
    if (!operation) return undefined;
    const limited = operation.operation === 'mutation' ? scopeRefusal(state.input.actor, [WRITE_SCOPE], 'A mutation') : undefined;
    if (limited) return failed(limited);
    const cost = operationCost(state.generation.schema, args.document, operation, args.variableValues ?? {}, this.limits.listFactor);
    if (cost > this.limits.cost) return failed(overLimit('cost', this.limits.cost, cost, 'The operation asks for too much at once.'));
    state.rateLimited = state.input.charge?.(Math.floor(cost / COST_PER_POINT));
    if (state.rateLimited) return failed(state.rateLimited);
    this.#tell(operation, state);
    return undefined;
  }

  #tell(operation: OperationDefinitionNode, { input: { actor, log } }: OperationState): void {
    for (const { plugin, value } of this.observers()) {
      try {
        const fields = operation.selectionSet.selections.flatMap((node) => (node.kind === 'Field' ? [node.name.value] : [])).slice(0, 20);
        value.observe({ type: operation.operation, name: operation.name?.value.slice(0, 100), fields, actor });
      } catch (error) {
        log.error('An observer of GraphQL operations failed.', { plugin, error });
      }
    }
  }

  #rootOwner(args: ExecutionArgs, state: OperationState): string {
    const selection = getOperationAST(args.document, args.operationName)?.selectionSet.selections.find((node) => node.kind === 'Field');
    return (selection && state.generation.ownership.ownerOf('Subscription', selection.name.value)) ?? KERNEL;
  }

  /** In a span of its own. Never the document: what people write into it is theirs. */
  #run(args: ExecutionArgs, state: OperationState): Promise<ExecutionResult> | ExecutionResult {
    if (!this.tracing.active) return this.#execute(args, state);
    const operation = getOperationAST(args.document, args.operationName);
    const type = operation?.operation ?? 'query';
    const attributes = { 'graphql.operation.type': type, 'graphql.operation.name': operation?.name?.value.slice(0, 100) };
    return this.tracing.span(type, { attributes }, (span) => {
      const result = this.#execute(args, state);
      return result instanceof Promise ? result.then((answer) => judged(answer, span)) : judged(result, span);
    });
  }

  #execute(args: ExecutionArgs, state: OperationState): Promise<ExecutionResult> | ExecutionResult {
    const { generation } = state;
    generation.begin(state);
    let running: Promise<ExecutionResult> | ExecutionResult;
    try {
      running = this.#current.run(state, () => executed(args));
    } catch (error) {
      generation.end(state);
      throw error;
    }
    if (!(running instanceof Promise)) {
      generation.end(state);
      return presented(running, state);
    }
    return this.#awaited(running, state);
  }

  #awaited(running: Promise<ExecutionResult>, state: OperationState): Promise<ExecutionResult> {
    const { signal } = state.input;
    return new Promise((resolve, reject) => {
      const overdue = setTimeout(() => {
        const error = new SextantError('SEXTANT_GRAPHQL_DEADLINE', {
          what: `The operation did not end within ${this.limits.deadline} ms.`,
          fix: 'Ask for less at a time.',
          details: { deadline: this.limits.deadline },
        });
        state.end(error);
        resolve(failed(error));
      }, this.limits.deadline);
      const gone = (): void => state.end(signal.reason);
      if (signal.aborted) gone();
      signal.addEventListener('abort', gone, { once: true });
      running
        .finally(() => {
          clearTimeout(overdue);
          signal.removeEventListener('abort', gone);
          state.generation.end(state);
        })
        .then((result) => resolve(presented(result, state)), reject);
    });
  }
}

/** By Yoga's own executor: it makes fewer objects for a field than that of graphql-js. The schema has no directive of increments. */
const executed = (args: ExecutionArgs): Promise<ExecutionResult> | ExecutionResult =>
  execute({
    ...args,
    fieldResolver: readProperty as GraphQLFieldResolver<unknown, unknown>,
  }) as Promise<ExecutionResult> | ExecutionResult;

/** An operation with errors is an answer like any other over HTTP; its span says that it failed. Not the message: it may quote a variable. */
function judged(result: ExecutionResult, span: OpenSpan): ExecutionResult {
  const [first] = result.errors ?? [];
  if (first) span.failed(String(first.extensions['code'] ?? 'SEXTANT_INTERNAL'));
  return result;
}

const failed = (error: SextantError): ExecutionResult => ({ data: null, errors: [coded(error)] });

function presented(result: ExecutionResult, state: OperationState): ExecutionResult {
  return result.errors === undefined
    ? result
    : { ...result, errors: result.errors.map((error: GraphQLError) => presentError(error, state)) };
}
