/**
 * Longest time without a master after one died, seconds: the timeout until the
 * others suspect it, half of it for a majority to agree (gossip), and the
 * election: 500 ms fixed, 500 ms random and one vote (`cluster_legacy.c`).
 */
export function worstFailoverSeconds(nodeTimeoutSeconds: number): number {
  return nodeTimeoutSeconds * 1.5 + 0.5 + 0.5 + 0.1
}

/**
 * How long a crashed instance stays away, seconds: longer than a failover. A
 * cache that came back empty as the master would wipe its replica.
 */
export function restartDelaySeconds(nodeTimeoutSeconds: number): number {
  return Math.ceil(worstFailoverSeconds(nodeTimeoutSeconds)) + 1
}
