/** Where a prober answers Prometheus. */
export const probePort = 9115
