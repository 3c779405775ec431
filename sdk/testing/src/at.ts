/**
 * What stands at a path of an answer: `at(data, 'repository.commit.oid')`, `at(data, 'users.nodes.0.id')`, and of every
 * item of a list: `at(data, 'users.nodes.*.username')`.
 * @throws naming the step that is not there; the last may be null or missing.
 */
export function at(value: unknown, path: string): unknown {
  const steps = path.split('.');
  let found = value;
  for (const [index, step] of steps.entries()) {
    if (step === '*' && Array.isArray(found)) {
      const rest = steps.slice(index + 1).join('.');
      return rest === '' ? found : found.map((item) => at(item, rest));
    }
    if (typeof found !== 'object' || found === null)
      throw new Error(`There is no "${step}" of "${path}" in ${JSON.stringify(found)}, which is part of ${JSON.stringify(value)}.`);
    found = (found as Readonly<Record<string, unknown>>)[step];
  }
  return found;
}

/** The same where it is a text, such as an id. @throws when it is none. */
export function textAt(value: unknown, path: string): string {
  const found = at(value, path);
  if (typeof found !== 'string') throw new Error(`"${path}" is no text in ${JSON.stringify(value)}.`);
  return found;
}
