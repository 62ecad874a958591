import type { Fleet } from "../core/fleet.ts"

/** Where the load balancers get product images, as haproxy.cfg says it. */
export type ImagesOrigin = {
  /** Path of the shop, e.g. `/images`. */
  path: string
  bucket: string
  host: string
  port: number
  /** Name that the certificate has to be for; false for a bare address, which has no name. */
  serverName: string | false
  caFile: string
}

/** The box's object storage has a certificate of the internal authority. */
export const internalAuthorityFile = "/run/haproxy/internal_ca.pem"

/** Whether the load balancers need the internal authority's certificate. */
export function asksInternalStorage(fleet: Fleet): boolean {
  return imagesOrigin(fleet)?.caFile === internalAuthorityFile
}

/** Null where browsers get images from somewhere else. */
export function imagesOrigin({ objectStorage, provider }: Fleet): ImagesOrigin | null {
  if (objectStorage === null || objectStorage.imagesPath === null) return null
  const { hostname, port } = new URL(objectStorage.endpoint)
  return {
    path: objectStorage.imagesPath,
    bucket: objectStorage.imagesBucket,
    host: hostname,
    port: port === "" ? 443 : Number(port),
    serverName: !/^[\d.]+$/.test(hostname) && hostname,
    caFile: provider.name === "box" ? internalAuthorityFile : "@system-ca",
  }
}
