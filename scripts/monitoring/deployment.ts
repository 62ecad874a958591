import type { FleetFile } from "../deploy/fleet-file.ts"
import { stackName } from "../deploy/swarm-types.ts"
import { messageOf } from "../io/failure.ts"
import type { Remote } from "../io/ssh.ts"
import { monitoringHost } from "./access.ts"

/** What dashboards mark as a deployment; an older one is in Prometheus's past. */
export interface Deployment {
  environment: string
  commit: string
  atMs: number
}

const metric = "quickcart_deployment_timestamp_seconds"

/** Where the node exporter looks for files of metrics (generators/node-exporter/service.ts). */
const directory = "/run/node-exporter"

/** The deployment in Prometheus's text format. */
export function deploymentMetric({ environment, commit, atMs }: Deployment): string {
  return [
    `# HELP ${metric} When apply last changed services of this environment, by the commit it applied.`,
    `# TYPE ${metric} gauge`,
    `${metric}{commit="${commit}",environment="${environment}"} ${Math.round(atMs / 1000)}`,
    "",
  ].join("\n")
}

/**
 * Has the node exporter beside Prometheus show the deployment. In a fleet without monitoring
 * it does nothing; what goes wrong is reported, because the deployment itself is done.
 */
export async function markDeployment(
  fleet: FleetFile,
  remote: Remote,
  deployment: Deployment,
  report: (line: string) => void,
): Promise<void> {
  const host = monitoringHost(fleet)
  if (host === undefined) return
  const exporter = `$(docker ps --quiet --filter label=com.docker.swarm.service.name=${stackName}_node-exporter | head -n 1)`
  // The exporter reads *.prom only, so never half a file.
  const write = `cat > ${directory}/.deployment && mv ${directory}/.deployment ${directory}/deployment.prom`
  try {
    await remote.exec(
      host.name,
      `docker exec --interactive --user root ${exporter} sh -c '${write}'`,
      { input: deploymentMetric(deployment), timeoutSeconds: 20 },
    )
  } catch (error) {
    report(`warning: dashboards will not show this deployment: ${messageOf(error)}`)
  }
}
