import { hostsOf, memberService } from "../../deploy/fleet-file.ts"
import { stackName } from "../../deploy/swarm-types.ts"
import { waitFor } from "../../io/clock.ts"
import { run } from "../../io/command.ts"
import { Failure } from "../../io/failure.ts"
import { cut } from "../database/network.ts"
import type { DrillContext } from "../drill.ts"
import {
  hostContainer,
  inContainer,
  inHost,
  powerOn,
  taskContainer,
  vipOwner,
} from "../fleet-access.ts"
import { freeze, scaleDown, unpin } from "./break.ts"
import type { Fault } from "./fault.ts"

const balancerNames = ({ fleet }: DrillContext) =>
  hostsOf(fleet, "load-balancer").map(({ name }) => name)

/** The floating IP moves, and all that is said of the host is said once. */
export const balancerHostLost: Fault = {
  name: "balancer-host-lost",
  summary: "the load balancer host that owns the floating IP loses its power",
  touches: ["edge"],
  fast: true,
  must: [{ alert: "NodeDown" }, { alert: "LoadBalancerDown", heldBackBy: "NodeDown" }],
  may: { SwarmNodeDown: "a host that starts slowly is down for as long" },
  break: async (on) => {
    const owner = await vipOwner(on)
    on.undo(() => powerOn(on, owner))
    await run(["docker", "kill", hostContainer(on, owner)])
    return { downHosts: [owner] }
  },
}

/** By number (IANA), because a host may lack the file with the names. */
const vrrp = { out: "-p 112", back: "-p 112" }

/** Both load balancers believe that the other is gone. */
export const vipOwnedTwice: Fault = {
  name: "vip-owned-twice",
  summary: "the load balancers do not hear each other's VRRP",
  touches: ["edge"],
  must: [{ alert: "VipOwnedTwice" }],
  break: async (on) => {
    const owner = await vipOwner(on)
    const other = balancerNames(on).find((name) => name !== owner) ?? ""
    on.undo(() => vipOwner(on))
    on.undo(await cut(on, other, [vrrp]))
    await waitFor(`${other} to take the floating IP too`, { deadlineSeconds: 30 }, async () => {
      const show = ["ip", "-oneline", "address", "show", "to", on.fleet.network.vip]
      return (await inHost(on, other, show)).stdout.trim() !== "" ? true : undefined
    })
    return undefined
  },
}

/** Seconds without a sign of life that the rule KeepalivedDown allows. */
const signOfLifeSeconds = 60

/** Visitors notice nothing before the owner is lost, and then everything. */
export const standbyFrozen: Fault = {
  name: "standby-frozen",
  summary: "Keepalived of the load balancer that does not own the floating IP hangs",
  touches: ["edge"],
  must: [{ alert: "KeepalivedDown", holdsAfterSeconds: signOfLifeSeconds }],
  break: async (on) => {
    const owner = await vipOwner(on)
    const standby = balancerNames(on).find((name) => name !== owner) ?? ""
    await freeze(on, standby, memberService("keepalived", standby))
    return undefined
  },
}

/** Nothing answers visitors, though all hosts are up. */
export const balancersGone: Fault = {
  name: "balancers-gone",
  summary: "HAProxy and Keepalived are stopped on every load balancer",
  touches: ["edge"],
  must: [
    { alert: "ShopUnreachable" },
    { alert: "LoadBalancerDown" },
    { alert: "VipWithoutOwner" },
    { alert: "AvailabilityUnknown", heldBackBy: "ShopUnreachable" },
    { alert: "ImagesUnreachable", heldBackBy: "ShopUnreachable" },
  ],
  may: { KeepalivedDown: "it is counted as dead two minutes later, when the others may be over" },
  break: async (on) => {
    const hosts = balancerNames(on)
    on.undo(() => vipOwner(on))
    const services = hosts.flatMap((host) =>
      ["haproxy", "keepalived"].map((name) => memberService(name, host)),
    )
    await unpin(on, hosts, services)
    return undefined
  },
}

const daysLeft = 5

/** HAProxy is given a certificate over its admin socket; the delivered file stays as it is. */
export const certificateExpires: Fault = {
  name: "certificate-expires",
  summary: `visitors get a certificate that is valid for ${daysLeft} more days`,
  touches: ["edge"],
  must: [
    { alert: "CertificateExpiresNow" },
    { alert: "CertificateExpiresSoon", heldBackBy: "CertificateExpiresNow" },
  ],
  break: async (on) => {
    const certificate = await shortCertificate(on.fleet.hostname)
    for (const host of balancerNames(on)) {
      on.undo(() => serveCertificate(on, host))
      await serveCertificate(on, host, certificate)
    }
    return undefined
  },
}

/** Certificate and key in one text, signed by themselves: the box's prober takes any. */
async function shortCertificate(hostname: string): Promise<string> {
  const name = ["-subj", `/CN=${hostname}`, "-addext", `subjectAltName=DNS:${hostname}`]
  const { stdout } = await run([
    ...["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", String(daysLeft)],
    ...[...name, "-keyout", "-", "-out", "-"],
  ])
  return stdout
}

/** Standard input, or without any the delivered file, becomes the certificate of the running HAProxy. */
const setCertificate = `
use strict; use warnings; use IO::Socket::UNIX;
sub ask {
  my $socket = IO::Socket::UNIX->new(Peer => "/run/haproxy/admin.sock") or die "admin.sock: $!\\n";
  print $socket $_[0]; $socket->shutdown(1);
  return do { local $/; <$socket> } // "";
}
my ($file) = ask("show ssl cert\\n") =~ m{^(/run/haproxy/certs/\\S+)}m or die "no certificate is loaded\\n";
my $pem = do { local $/; <STDIN> } // "";
if ($pem eq "") { local $/; open my $own, "<", $file or die "$file: $!\\n"; $pem = <$own> }
$pem =~ s/\\n+/\\n/g;
$pem =~ s/\\n*\\z/\\n/;
for my $command ("set ssl cert $file <<\\n$pem\\n", "commit ssl cert $file\\n") {
  my $answer = ask($command);
  $answer =~ /Transaction (created|updated)|Success!/ or die $answer;
}`

/** Makes HAProxy of a load balancer serve a certificate; without one, its own again. */
async function serveCertificate(on: DrillContext, host: string, pem?: string): Promise<void> {
  const id = await taskContainer(on, host, memberService("haproxy", host))
  const input = pem === undefined ? {} : { input: pem }
  const result = await inContainer(on, host, id, ["perl", "-e", setCertificate], input)
  if (result.exitCode !== 0) throw new Failure(`${host}: ${result.stderr.trim()}`)
}

/** The tier behind the load balancers is empty. */
export const shopGone: Fault = {
  name: "shop-gone",
  summary: "no task of the shop runs",
  touches: ["app", "edge"],
  must: [
    { alert: "NoAppServer" },
    { alert: "ShopUnreachable" },
    { alert: "AppTaskDown", heldBackBy: "NoAppServer" },
  ],
  may: {
    AvailabilityBurnsFast: "the probes' 503s are most of a quiet box's answers",
    AvailabilityBurnsSlowly: "the probes' 503s are most of a quiet box's answers",
  },
  break: async (on) => {
    await scaleDown(on, { [`${stackName}_app`]: 0 })
    return undefined
  },
}
