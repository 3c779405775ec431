import { definePart, definePlugin, type Manifest } from '@sextant/sdk';
import { type CodeHostKind, codeHostKinds, type PermissionSource, permissionSources } from '../api.js';

/** A plugin of a kind of code host and of grants that a test writes, such as `FakeHost` and `FakePermissions`: for `startTestKernel`. */
export function fakeHostPlugin(kind: CodeHostKind, sources: readonly PermissionSource[] = []): Manifest {
  const part = async () => ({
    default: definePart()({
      deps: {},
      register(r) {
        r.contribute(codeHostKinds, () => kind);
        for (const source of sources) r.contribute(permissionSources, () => source);
      },
    }),
  });
  return definePlugin({
    id: 'fake-host',
    version: '1.0.0',
    title: 'A host of a test',
    summary: 'Lists repositories and grants them as a test says.',
    engines: { kernel: '^1.0.0' },
    toggle: 'default-on',
    parts: { api: part, worker: part },
  });
}
