import 'reflect-metadata';
import { Configuration } from '@sextant/config';
import { Kernel, Logs } from '@sextant/kernel';

/**
 * A whole kernel, HTTP and embedded database included, with these plugins. Not started yet.
 * @param {{plugins: object[], dataDir: string, config?: object, clock?: object}} options
 */
export async function kernelOf({ plugins, dataDir, config = {}, clock }) {
  const configuration = await Configuration.load({ folder: dataDir, env: {}, flags: { dataDir, http: { port: 0 }, ...config } });
  return Kernel.create({ builtin: plugins, configuration, logs: new Logs({ level: 'error', format: 'json' }), ...(clock && { clock }) });
}
