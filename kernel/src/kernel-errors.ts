import { declareErrors } from '@sextant/sdk';

/** Codes of the kernel's lifecycle. Subsystems declare theirs beside themselves. */
export const kernelErrors = declareErrors({
  SEXTANT_PLUGIN_DUPLICATE: { status: 500, summary: 'Two plugins have the same id.', fix: 'Remove one of the two from the installation.' },
  SEXTANT_PLUGIN_MANIFEST: {
    status: 500,
    summary: 'A plugin cannot be read: its package, folder or manifest is malformed.',
    fix: 'Correct the named field, or remove the plugin from the configuration.',
  },
  SEXTANT_PLUGIN_UNKNOWN: {
    status: 404,
    summary: 'No plugin has this id.',
    fix: 'Use one of the ids that are listed; the nearest is named.',
  },
  SEXTANT_PLUGIN_ALWAYS_ON: {
    status: 409,
    summary: 'The plugin cannot be switched off.',
    fix: 'It is part of the base of Sextant; leave it on.',
  },
  SEXTANT_PLUGIN_PINNED: { status: 409, summary: 'The switch of the plugin stands in the configuration file.', fix: 'Change it there.' },
  SEXTANT_PLUGIN_NEEDED: { status: 409, summary: 'Other active plugins need this one.', fix: 'Disable them first, or ask for cascade.' },
  SEXTANT_PLUGIN_INCOMPATIBLE: {
    status: 409,
    summary: 'The plugin was made for another kernel version.',
    fix: 'Install a version of the plugin whose engines.kernel fits, or set ignoreCompatibility for it.',
  },
  SEXTANT_PLUGIN_CYCLE: {
    status: 500,
    summary: 'Plugins need each other in a circle.',
    fix: 'Make one of the dependencies in the printed circle optional with maybe(), or move the shared part to a plugin of its own.',
  },
  SEXTANT_PLUGIN_DEADLINE: {
    status: 500,
    summary: 'A hook of a plugin did not end in its time.',
    fix: 'See what the named hook waits for; raise its timeout if the wait is right.',
  },
  SEXTANT_PLUGIN_FAILED: {
    status: 500,
    summary: 'A plugin threw in the named phase.',
    fix: 'The cause is in the log; disable the plugin to start without it.',
  },
  SEXTANT_PLUGIN_DECLARATION: {
    status: 500,
    summary: 'A plugin declared, or made, something that Sextant cannot use.',
    fix: 'Correct what is named, in the named part of the plugin.',
  },
  SEXTANT_PLUGIN_EXIT: {
    status: 500,
    summary: 'A plugin tried to end the process.',
    fix: 'Throw an error in its place.',
  },
  SEXTANT_PLUGIN_CIRCUIT_OPEN: {
    status: 503,
    summary: 'The plugin failed too often in a short time and rests.',
    fix: 'Wait for the retry, and read its errors in the log.',
  },
  SEXTANT_PLUGIN_RUNAWAY: {
    status: 503,
    summary: 'The plugin kept the event loop, or took the memory, of the process before this one, and is left out of this one.',
    fix: 'Mend or configure the plugin, then enable it again with `sextant plugin enable`.',
  },
  SEXTANT_PLUGIN_RESTART_NEEDED: { status: 409, summary: 'The change needs a new process.', fix: 'Restart Sextant.' },
  SEXTANT_SERVICE_MISSING: {
    status: 500,
    summary: 'A plugin needs a service that nobody provides.',
    fix: 'Enable or install a plugin that provides it.',
  },
  SEXTANT_SERVICE_OWN: {
    status: 500,
    summary: 'A part read a service that it provides itself before it had made it.',
    fix: 'Read it in a start hook or later, or take it from the instance that create() returns.',
  },
  SEXTANT_SERVICE_ROLE: {
    status: 500,
    summary: 'A plugin needs a service that its role does not have.',
    fix: 'Move the part to a role that has it.',
  },
  SEXTANT_SERVICE_DUPLICATE: {
    status: 500,
    summary: 'A service is provided twice, or by a plugin whose id its key does not begin with.',
    fix: 'Provide it in one part of its owner.',
  },
  SEXTANT_REGISTRAR_FROZEN: {
    status: 500,
    summary: 'A plugin declared something after register() had returned.',
    fix: 'Declare everything inside register(), synchronously.',
  },
  SEXTANT_POINT_OCCUPIED: { status: 500, summary: 'A point that takes one contribution got two.', fix: 'Disable one of the two plugins.' },
});
