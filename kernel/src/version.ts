/** The number plugins see in `engines.kernel`. */
export const KERNEL_VERSION = '1.0.0';
