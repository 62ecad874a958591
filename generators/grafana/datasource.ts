/** The uid under which Grafana knows Prometheus; provisioned, never changed. */
export const datasourceUid = "quickcart-prometheus"

/** What panels ask: the one that the list at the top names. */
export const datasource = { type: "prometheus", uid: "$datasource" }
