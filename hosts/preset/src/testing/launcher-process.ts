import { Launcher } from '../supervisor/launcher.js';

// A launcher that nothing else is in, for a test that starts thousands of programs. It ends with whoever started it.
const launcher = await Launcher.listen();
process.on('disconnect', () => process.exit());
process.send?.(launcher.address);
