/** Problems of a storage definition, in words; empty when it is sound. */
export function storageProblems(value: unknown): readonly string[] {
  if (!isObject(value)) return [must('the definition', value, 'an object')];
  const { migrations, entities, database, sealed } = value;
  return [
    ...(typeof migrations === 'function' ? [] : [must('"migrations"', migrations, 'a function that gives the list')]),
    ...(entities === undefined || typeof entities === 'function' ? [] : [must('"entities"', entities, 'a function that gives the list')]),
    ...(['main', 'codeintel', 'insights', undefined].includes(database as string)
      ? []
      : [must('"database"', database, 'main, codeintel or insights')]),
    ...sealedProblems(sealed),
  ];
}

function sealedProblems(sealed: unknown): readonly string[] {
  if (sealed === undefined) return [];
  if (!Array.isArray(sealed)) return [must('"sealed"', sealed, 'a list of { table, column }')];
  return sealed.flatMap((one: unknown, at) =>
    isObject(one) && typeof one['table'] === 'string' && typeof one['column'] === 'string'
      ? []
      : [must(`"sealed"[${at}]`, one, 'an object of table and column')],
  );
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const must = (name: string, value: unknown, kind: string): string =>
  value === undefined ? `${name} is missing: it must be ${kind}` : `${name} is ${shown(value)}, not ${kind}`;

/** Short, and never the contents of an object. */
function shown(value: unknown): string {
  if (value === null) return 'null';
  if (typeof value === 'string') return value.length > 60 ? `a text of ${value.length} characters` : JSON.stringify(value);
  if (Array.isArray(value)) return 'an array';
  return typeof value === 'object' ? 'an object' : typeof value === 'function' ? 'a function' : String(value);
}
