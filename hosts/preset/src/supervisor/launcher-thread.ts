import { parentPort } from 'node:worker_threads';
import { Launcher } from './launcher.js';

// A launcher in a thread of its own, whose heap can be kept small: what each program leaves behind in it would grow that of a whole process to 100 MB.
const launcher = await Launcher.listen();
parentPort!.postMessage(launcher.address);
