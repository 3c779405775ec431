// Imports the file it is given and prints every module that this resolved, one JSON list of URLs on standard output.
import { registerHooks } from 'node:module';
import { pathToFileURL } from 'node:url';

const loaded = new Set();
registerHooks({
  resolve(specifier, context, next) {
    const found = next(specifier, context);
    loaded.add(found.url);
    return found;
  },
});
await import(pathToFileURL(process.argv[2]).href);
process.stdout.write(JSON.stringify([...loaded]));
