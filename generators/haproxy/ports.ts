/** Where HAProxy shows its metrics. */
export const metricsPort = 8405
