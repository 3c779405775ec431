import { type Deps, jobProblems, type Registrar, type Role, SextantError, storageProblems, type z } from '@sextant/sdk';
import '../kernel-errors.js';
import { sentence } from '../services/sentence.js';
import {
  isObject,
  must,
  mustBeBoolean,
  mustBeFunction,
  mustBeInterval,
  mustBeOptions,
  mustBeText,
  mustBeTimeout,
  type Problems,
} from './value-problems.js';

export type Verb = keyof Registrar<Deps>;

interface Check {
  /** How it is written rightly. */
  readonly usage: string;
  problems(args: readonly unknown[], roles: readonly Role[]): Problems;
}

const COMMAND = /^[a-z][a-z0-9-]*(?: [a-z][a-z0-9-]*)*$/;

const hook: (verb: Verb) => Check = (verb) => ({
  usage: `Write r.${verb}(async (deps, ctx) => { … }, { timeout: 30_000 }).`,
  problems: ([run, options = {}]) => [
    ...mustBeFunction('the hook', run),
    ...mustBeOptions('the options', options, ['timeout'], ({ timeout }) => mustBeTimeout('"timeout"', timeout)),
  ],
});

/** What each verb takes. Types say the same to who compiles; this is for plain JavaScript, and for what a compiler cannot see. */
const CHECKS: { readonly [V in Verb]: Check } = {
  provide: {
    usage: "Write r.provide(token, (deps, ctx) => service), with a token made by serviceToken('<plugin-id>.<noun>@1').",
    problems: ([token, make]) => [...keyed('the token', token, 'service', 'serviceToken()'), ...mustBeFunction('the factory', make)],
  },
  contribute: {
    usage: 'Write r.contribute(point, (deps, ctx) => contribution), with the point that its owner exports.',
    problems: ([point, make]) => [...keyed('the point', point, 'point', 'extensionPoint()'), ...mustBeFunction('the factory', make)],
  },
  graphql: {
    usage: "Write r.graphql(() => import('./graphql.js')), whose default export is made by defineGraphQL().",
    problems: ([load]) => mustBeFunction('what loads it', load),
  },
  http: {
    usage: "Write r.http((router, deps, ctx) => { router.get('/.api/…', handler); }).",
    problems: ([mount]) => mustBeFunction('what adds the routes', mount),
  },
  storage: {
    usage: 'Write r.storage({ migrations: async () => [ … ] }).',
    problems: ([definition]) => storageProblems(definition),
  },
  job: {
    usage: 'Write r.job(job, async (payload, deps, job) => { … }), with a job made by defineJob().',
    problems: ([job, handle]) => [...jobProblems(job), ...mustBeFunction('the handler', handle)],
  },
  schedule: {
    usage: "Write r.schedule({ id: 'sweep', cron: '17 * * * *', job }), or every: 60_000 (milliseconds) for cron.",
    problems: ([schedule]) =>
      mustBeOptions('the schedule', schedule, ['id', 'job', 'cron', 'every', 'catchUp'], ({ id, job, cron, every, catchUp }) => [
        ...mustBeText('"id"', id),
        ...emptyJobProblems(job),
        ...mustBeBoolean('"catchUp"', catchUp),
        ...('cron' in (schedule as object) === 'every' in (schedule as object) ? ['it needs one of cron and every, and not both'] : []),
        ...(cron === undefined ? [] : mustBeText('"cron"', cron)),
        ...(every === undefined ? [] : must(['number', 'function'].includes(typeof every), '"every"', every, 'a number of milliseconds')),
      ]),
  },
  on: {
    usage: 'Write r.on(event, async (instance, payload) => { … }, { catchUp: job }), with an event made by defineEvent().',
    problems: ([event, listener, options = {}]) => [
      ...must(
        isObject(event) && typeof event['key'] === 'string' && isObject(event['payload']),
        'the event',
        event,
        'one made by defineEvent()',
      ),
      ...mustBeFunction('the listener', listener),
      ...mustBeOptions('the options', options, ['catchUp'], ({ catchUp }) => (catchUp === undefined ? [] : emptyJobProblems(catchUp))),
    ],
  },
  health: {
    usage: "Write r.health('name', async (deps, signal) => ({ status: 'up' }), { every: 30_000 }).",
    problems: ([name, probe, options = {}]) => [
      ...mustBeText('the name', name),
      ...mustBeFunction('the probe', probe),
      ...mustBeOptions('the options', options, ['every', 'critical'], ({ every, critical }) => [
        ...mustBeInterval('"every"', every),
        ...mustBeBoolean('"critical"', critical),
      ]),
    ],
  },
  command: {
    usage: "Write r.command({ name: 'things list', summary: '…', arguments: z.object({ … }), run: async (args, deps, { out }) => 0 }).",
    problems: ([command], roles) => [
      ...(roles.includes('cli')
        ? []
        : [`it belongs to the part cli: the program reads the commands of no other, so not of ${roles.join(', ')}`]),
      ...(isObject(command)
        ? [
            ...must(
              typeof command['name'] === 'string' && COMMAND.test(command['name']),
              '"name"',
              command['name'],
              'words in kebab-case, such as "things list"',
            ),
            ...mustBeText('"summary"', command['summary']),
            ...must(isZodObject(command['arguments']), '"arguments"', command['arguments'], 'a z.object({ … })'),
            ...mustBeFunction('"run"', command['run']),
          ]
        : must(false, 'the command', command, 'an object')),
    ],
  },
  start: hook('start'),
  stop: hook('stop'),
};

/** @throws SEXTANT_PLUGIN_DECLARATION naming all that is wrong with what a verb of the registrar was given. */
export function refuseMalformed(plugin: string, part: string, roles: readonly Role[], verb: Verb, args: readonly unknown[]): void {
  const { usage, problems } = CHECKS[verb];
  const found = problems(args, roles);
  if (found.length > 0) throw malformed(plugin, part, `called ${verb}() with what it cannot take.`, found.join('; '), usage);
}

/** @throws SEXTANT_PLUGIN_DECLARATION for a dependency that is no token, most often a misspelt import, and for a `create` that is no function. */
export function refuseMalformedPart(
  plugin: string,
  name: string,
  part: { readonly deps: unknown; readonly create?: unknown },
): asserts part is { readonly deps: Deps; readonly create?: unknown } {
  const { deps, create } = part;
  const problems = isObject(deps)
    ? Object.entries(deps).flatMap(([key, dep]) => dependencyProblems(`the dependency "${key}"`, dep))
    : must(false, '"deps"', deps, 'an object of tokens');
  if (problems.length > 0)
    throw malformed(
      plugin,
      name,
      'has dependencies that are none.',
      problems.join('; '),
      'Give a token, maybe(token) or an extension point; look whether the import has the name that you use.',
    );
  if (create !== undefined && typeof (isObject(create) ? create['create'] : create) !== 'function')
    throw malformed(
      plugin,
      name,
      'has a "create" that is not a function.',
      undefined,
      'Write create: (deps, ctx) => new Thing(deps), or leave it out.',
    );
}

/** @throws SEXTANT_PLUGIN_DECLARATION for a second declaration of what has a name of its own. */
export function refuseRepeated(plugin: string, part: string, verb: Verb, names: readonly string[], name: string): void {
  if (names.includes(name))
    throw malformed(plugin, part, `called ${verb}() twice for "${name}".`, undefined, 'Remove one of the two, or name them differently.');
}

export const malformed = (plugin: string, part: string, what: string, why: string | undefined, fix: string): SextantError =>
  new SextantError('SEXTANT_PLUGIN_DECLARATION', {
    what: `Plugin "${plugin}" (part ${part}) ${what}`,
    ...(why === undefined ? {} : { why: sentence(why) }),
    fix,
    details: { plugin, part },
  });

const keyed = (name: string, value: unknown, kind: 'service' | 'point', maker: string): Problems =>
  must(isObject(value) && value['kind'] === kind && typeof value['key'] === 'string', name, value, `one made by ${maker}`);

/** Of any copy of zod: a plugin may bring its own. */
const isZodObject = (value: unknown): boolean => isObject(value) && typeof value['safeParse'] === 'function' && isObject(value['shape']);

function dependencyProblems(name: string, dep: unknown): Problems {
  if (!isObject(dep)) return must(false, name, dep, 'a token');
  if (dep['kind'] === 'maybe') return keyed(`the token of maybe() in ${name}`, dep['token'], 'service', 'serviceToken()');
  return must(['service', 'point'].includes(String(dep['kind'])) && typeof dep['key'] === 'string', name, dep, 'a token');
}

function emptyJobProblems(job: unknown): Problems {
  const problems = jobProblems(job);
  if (problems.length > 0) return problems;
  const { name, payload } = job as { readonly name: string; readonly payload: z.ZodType };
  return payload.safeParse({}).success ? [] : [`the payload of "${name}" must take an empty object, which is all that it is given`];
}
