import { type Dashboard, graph } from "../core/dashboard.ts"
import type { Fleet } from "../core/fleet.ts"
import { renewDays, secondsPerDay } from "./certificates.ts"
import { shopAddress } from "./config.ts"

/** What is asked as somebody else would. */
export function outsideDashboard(fleet: Fleet): Dashboard {
  return {
    uid: "quickcart-outside",
    title: "From outside",
    description:
      "Do the shop, its images and object storage answer, and how long do certificates last?",
    rows: [
      {
        title: "Who answers",
        panels: [
          graph(
            {
              title: "Answers",
              description: `Share of the load balancers that get one: of the shop at ${shopAddress(fleet)}, of object storage, of a product image.`,
              unit: "percentunit",
              max: 1,
              wide: true,
            },
            ['avg by (job) (probe_success{job!="certificates"})', "{{job}}"],
          ),
          graph(
            {
              title: "Probers",
              description:
                "Share of the probers that answer themselves. Of what they ask nothing is known without.",
              unit: "percentunit",
              max: 1,
            },
            ['avg by (job) (up{job=~".*-probe|certificates"})', "{{job}}"],
          ),
        ],
      },
      {
        title: "Certificates",
        panels: [
          graph(
            {
              title: "Days left",
              description: `Of the process that shows the oldest. Under ${renewDays} somebody has to renew it.`,
              unit: "d",
              wide: true,
              steps: [
                { from: null, colour: "red" },
                { from: renewDays, colour: "green" },
              ],
            },
            [
              `(min by (certificate) (probe_ssl_earliest_cert_expiry{certificate!=""}) - time()) / ${secondsPerDay}`,
              "{{certificate}}",
            ],
          ),
        ],
      },
    ],
    series: {},
  }
}
