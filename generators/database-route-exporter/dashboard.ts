import { type Dashboard, graph, number } from "../core/dashboard.ts"
import { everywhere, steady } from "../core/monitoring.ts"
import { activeServers, backends } from "./monitoring.ts"

const seen = (proxy: string) => `${activeServers}{job="database-route",proxy="${proxy}"}`

export function routeDashboard(instances: Record<string, string>[]): Dashboard {
  return {
    uid: "quickcart-routes",
    title: "Routes to the database",
    description: "Does every app host find the primary, and replicas to read from?",
    rows: [
      {
        title: "Who is seen",
        panels: [
          number(
            {
              title: "Routes that answer",
              description: "One beside the shop's tasks on each app host.",
              unit: "short",
            },
            ['sum(up{job="database-route"})', "routes"],
          ),
          graph(
            {
              title: "Routes that see a primary",
              description: "While the primary changes none does.",
              unit: "short",
            },
            [`count(${seen("primary")} > 0) or vector(0)`, "routes"],
          ),
          graph(
            {
              title: "Replicas to read from",
              description: "As the route sees it that has fewest. At 0 the primary answers reads.",
              unit: "short",
            },
            [`min(${seen("replicas")})`, "replicas"],
          ),
        ],
      },
      {
        title: "Connections",
        panels: [
          graph(
            {
              title: "Connections",
              description: "Of all PgBouncers together, to the primary and to replicas.",
              unit: "short",
            },
            [
              'sum by (proxy) (haproxy_backend_current_sessions{job="database-route"})',
              "{{proxy}}",
            ],
          ),
        ],
      },
    ],
    series: {
      ...everywhere(
        [...backends(instances, "primary"), ...backends(instances, "replicas")],
        "haproxy_backend_current_sessions",
        steady(4),
      ),
    },
  }
}
