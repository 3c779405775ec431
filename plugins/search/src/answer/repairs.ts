const AGAIN_AFTER = 5_000;

/** Asks for the repair of a damaged index, once in five seconds and repository however many searches meet the damage. */
export function repairs(
  repair: (repositoryId: number) => Promise<void>,
  now: () => number = () => performance.now(),
): (repositoryId: number) => void {
  const asked = new Map<number, number>();
  return (repositoryId) => {
    const last = asked.get(repositoryId);
    if (last !== undefined && now() - last < AGAIN_AFTER) return;
    asked.set(repositoryId, now());
    // Whoever searched has the answer already; the schedule looks again if this fails.
    repair(repositoryId).catch(() => asked.delete(repositoryId));
  };
}
