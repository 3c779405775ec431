/** `<repository>-<id>.sxc`, `.sxi`, or `<repository>-<id>.<generation>.sxm`: nothing that could leave the folder. */
export const isShardFile = (name: string): boolean => /^\d{1,10}-[0-9a-z]{1,40}\.(?:sxc|sxi|\d{1,15}\.sxm)$/.test(name);
