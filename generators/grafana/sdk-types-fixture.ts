import type { GraphFieldConfig } from "@grafana/grafana-foundation-sdk/common"
import type { Dashboard, Panel, RowPanel } from "@grafana/grafana-foundation-sdk/dashboard"
import type { Dataquery } from "@grafana/grafana-foundation-sdk/prometheus"
import type { Options as StatOptions } from "@grafana/grafana-foundation-sdk/stat"
import type { Options as TimeseriesOptions } from "@grafana/grafana-foundation-sdk/timeseries"

/** What a test makes a JSON schema of: Grafana publishes none in the SDK's package. */
export interface SdkTypes {
  dashboard: Dashboard
  panel: Panel
  row: RowPanel
  lines: GraphFieldConfig
  // Omit: types of one name in several modules need names of their own, or none.
  query: Omit<Dataquery, "_implementsDataqueryVariant">
  stat: Omit<StatOptions, never>
  timeseries: Omit<TimeseriesOptions, never>
}
