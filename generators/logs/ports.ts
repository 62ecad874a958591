/** Where the store takes lines: RELP over TLS, on the port of syslog over TLS (RFC 5425). */
export const logStorePort = 6514
/** Where the store shows its metrics. */
export const logStoreMetricsPort = 9514
