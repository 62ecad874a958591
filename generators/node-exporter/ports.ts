/** Where the node exporter of a host shows its metrics. */
export const nodeExporterPort = 9100
