import 'reflect-metadata';
import { stopTestKernels } from '@sextant/sdk/testing';
import { afterAll, beforeAll } from 'vitest';

// The files of a worker share their modules, so that the module of the test kernel is not read again for each. The first afterAll declared runs last.
afterAll(stopTestKernels);

interface TaskNode {
  readonly type: string;
  readonly name: string;
  readonly tasks?: readonly TaskNode[];
}

/** Every test's name with the names of the suites around it, in file order. */
function fullNames(node: TaskNode, prefix: string): string[] {
  return (node.tasks ?? []).flatMap((task) => {
    const name = prefix === '' ? task.name : `${prefix} > ${task.name}`;
    return task.type === 'suite' ? fullNames(task, name) : [name];
  });
}

// Two tests of one name cannot be told apart in a report, nor run alone by `-t`; usually the second is a copy that was never changed.
// biome-ignore lint/correctness/noEmptyPattern: vitest reads fixture names out of the first parameter, and this hook wants none.
beforeAll(({}, file) => {
  const seen = new Set<string>();
  const repeated = fullNames(file as TaskNode, '').filter((name) => seen.size === seen.add(name).size);
  if (repeated.length > 0)
    throw new Error(`Test names must be unique in a file. Repeated: ${[...new Set(repeated)].map((name) => `"${name}"`).join(', ')}`);
});
