import { ownerOf } from '@sextant/sdk';
import { code, duration, page, table } from './markdown.mjs';
import { byRole } from './read-plugins.mjs';

const codes = (values) => values.map(code).join(', ');

const depsOf = (plugin) =>
  byRole(plugin, (_declared, deps) => Object.values(deps).map((dep) => ({ key: (dep.kind === 'maybe' ? dep.token : dep).key, item: dep })));
const needsOf = (plugin) => depsOf(plugin).filter(({ key }) => !['core', plugin.manifest.id].includes(ownerOf(key)));
const providedBy = (plugin) => byRole(plugin, ({ provides }) => provides.map(({ token }) => ({ key: token.key, item: token })));
const contributedBy = (plugin) => byRole(plugin, ({ contributes }) => contributes.map(({ point }) => ({ key: point.key, item: point })));
const jobsOf = (plugin) => byRole(plugin, ({ jobs }) => jobs.map(({ job }) => ({ key: job.name, item: job })));
const schedulesOf = (plugin) => byRole(plugin, ({ schedules }) => schedules.map((schedule) => ({ key: schedule.id, item: schedule })));
const commandsOf = (plugin) => byRole(plugin, ({ commands }) => commands.map((command) => ({ key: command.name, item: command })));

/** Every extension point that a plugin reads or contributes to. */
const pointsIn = (plugins) => {
  const keys = new Set();
  for (const plugin of plugins) {
    for (const { key, item } of depsOf(plugin)) if (item.kind === 'point') keys.add(key);
    for (const { key } of contributedBy(plugin)) keys.add(key);
  }
  return [...keys].sort();
};

export function pluginsPage(plugins) {
  const points = pointsIn(plugins);
  const sections = plugins.map((plugin) => {
    const { manifest, parts } = plugin;
    const needs = needsOf(plugin);
    const facts = [
      ['version', manifest.version],
      ['kernel', manifest.engines.kernel],
      ['switch', manifest.toggle],
      ['parts', codes(parts.map(({ role }) => role))],
      ['provides', codes(providedBy(plugin).map(({ key }) => key))],
      ['owns points', codes(points.filter((key) => ownerOf(key) === manifest.id))],
      ['contributes to', codes(contributedBy(plugin).map(({ key }) => key))],
      ['needs', codes(needs.filter(({ item }) => item.kind === 'service').map(({ key }) => key))],
      ['uses when there', codes(needs.filter(({ item }) => item.kind === 'maybe').map(({ key }) => key))],
    ].filter(([, value]) => value !== '');
    return `## ${manifest.title} (${code(manifest.id)})\n\n${manifest.summary}\n\n${table(['', ''], facts)}`;
  });
  return page('Plugins', 'The plugins that come with Sextant, read from their manifests and parts.', ...sections);
}

/** @param names what `publishedNames` gives */
export function tokensPage(plugins, names) {
  const nameOf = (key) => codes(names.filter((one) => one.key === key).map(({ name }) => name));
  const users = (key, kind) =>
    plugins.filter((p) => depsOf(p).some((d) => d.key === key && d.item.kind === kind)).map((p) => p.manifest.id);
  const services = plugins.flatMap((plugin) =>
    providedBy(plugin).map(({ key, item, roles }) => [
      code(key),
      nameOf(key),
      plugin.manifest.id,
      codes(roles),
      item.remote ? `yes, of role ${code(item.remote.role)}` : '',
      [...users(key, 'service'), ...users(key, 'maybe').map((id) => `${id} (optional)`)]
        .filter((id) => !id.startsWith(plugin.manifest.id))
        .join(', '),
    ]),
  );
  const points = pointsIn(plugins).map((key) => [
    code(key),
    nameOf(key),
    ownerOf(key),
    plugins
      .filter((p) => contributedBy(p).some((c) => c.key === key))
      .map((p) => p.manifest.id)
      .join(', '),
  ]);
  const events = names.filter(({ isEvent }) => isEvent).map(({ key, name }) => [code(key), code(name)]);
  const kernel = [...new Set(plugins.flatMap((p) => depsOf(p).map(({ key }) => key)))].filter((key) => ownerOf(key) === 'core').sort();
  return page(
    'Tokens and extension points',
    'A key is `<plugin>.<noun>@<major>`; a break is a new major beside the old one. What it is exported as stands in `@sextant/plugin-<plugin>/api`, `core` in `@sextant/sdk`; what has no name is for the plugin alone.',
    `## Services of plugins\n\n${table(['key', 'exported as', 'provided by', 'in roles', 'reachable from other processes', 'used by'], services)}`,
    `## Extension points\n\n${table(['key', 'exported as', 'owner', 'contributed to by'], points)}`,
    `## Events\n\n${table(['key', 'exported as'], events)}`,
    `## Kernel services in use\n\n${kernel
      .map(
        (key) =>
          `- ${code(key)}: ${plugins
            .filter((p) => depsOf(p).some((d) => d.key === key))
            .map((p) => p.manifest.id)
            .join(', ')}`,
      )
      .join('\n')}`,
  );
}

export function jobsPage(plugins) {
  const jobs = plugins.flatMap((plugin) =>
    jobsOf(plugin).map(({ key, item, roles }) => [
      code(key),
      codes(roles),
      item.timeoutFrom === 'progress' ? `${duration(item.timeout)} without progress` : duration(item.timeout),
      item.maxAttempts,
      item.concurrency ?? (item.waits ? 'no limit; in a process 100 that wait' : 'no limit'),
    ]),
  );
  const schedules = plugins.flatMap((plugin) => {
    const defaults = plugin.manifest.config?.safeParse({}).data ?? {};
    return schedulesOf(plugin).map(({ key, item }) => [
      code(`${plugin.manifest.id}.${key}`),
      code(item.job.name),
      item.cron === undefined
        ? typeof item.every === 'function'
          ? `every ${duration(item.every(defaults))}, configurable`
          : `every ${duration(item.every)}`
        : `${code(item.cron)} UTC`,
      item.catchUp ? 'yes' : 'no',
    ]);
  });
  return page(
    'Jobs and schedules',
    'Background work of the plugins that come with Sextant: durable, retried with back-off, taken over when a worker dies.',
    `## Jobs\n\n${table(['job', 'runs in roles', 'longest attempt', 'attempts', 'at once, over all workers'], jobs)}`,
    `## Schedules\n\n${table(['schedule', 'job', 'when', 'runs once at start if missed'], schedules)}`,
  );
}

export function commandsPage(plugins, programHelp) {
  const rows = plugins.flatMap((plugin) =>
    commandsOf(plugin).map(({ key, item }) => [code(`sextant ${key}`), item.summary, plugin.manifest.id]),
  );
  return page(
    'Commands',
    '`sextant COMMAND --help` tells the options. `--json` prints machine-readable output. Exit codes: 0 done, 1 failed, 2 wrong usage.',
    `\`\`\`text\n${programHelp.trim()}\n\`\`\``,
    `## Commands of plugins\n\n${table(['command', 'what it does', 'plugin'], rows)}`,
  );
}
