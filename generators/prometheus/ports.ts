/** Prometheus: its pages, its API and its own metrics. */
export const prometheusPort = 9090
/** Alertmanager: its pages, its API and its own metrics. */
export const alertmanagerPort = 9093
