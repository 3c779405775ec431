// An entry of its own: it loads neither a kernel nor a test runner, so that programs under test may use it.
export { localPrograms } from '@sextant/kernel/programs';
