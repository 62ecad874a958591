/** An IPv4 network: its first address and its number of addresses. */
export interface Network {
  first: number
  prefixLength: number
  size: number
}

/** RFC 1918 section 3. */
const privateNetworks = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"]

/** The address as an unsigned 32-bit number; undefined if the text is none. */
export function parseIpv4(text: string): number | undefined {
  const parts = text.split(".")
  if (parts.length !== 4) return undefined
  let address = 0
  for (const part of parts) {
    if (!/^(0|[1-9][0-9]{0,2})$/.test(part) || Number(part) > 255) return undefined
    address = address * 256 + Number(part)
  }
  return address
}

/** Dotted-quad text of an unsigned 32-bit number. */
export function formatIpv4(address: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join(".")
}

/**
 * The network a CIDR text denotes, host bits dropped (`10.0.0.5/24` is
 * `10.0.0.0/24`); undefined if the text is none.
 */
export function parseCidr(text: string): Network | undefined {
  const [addressText = "", prefixText = ""] = text.split("/")
  const address = parseIpv4(addressText)
  const prefixLength = Number(prefixText)
  if (address === undefined || !/^[0-9]{1,2}$/.test(prefixText) || prefixLength > 32) {
    return undefined
  }
  const size = 2 ** (32 - prefixLength)
  return { first: Math.floor(address / size) * size, prefixLength, size }
}

/** CIDR text of a network. */
export function formatCidr(network: Network): string {
  return `${formatIpv4(network.first)}/${network.prefixLength}`
}

/** Whether `outer` holds every address of `inner`. */
export function contains(outer: Network, inner: Network): boolean {
  return outer.first <= inner.first && inner.first + inner.size <= outer.first + outer.size
}

/** Whether the network holds the address. */
export function containsAddress(network: Network, address: number): boolean {
  return network.first <= address && address < network.first + network.size
}

/** Whether two networks share an address. */
export function overlaps(a: Network, b: Network): boolean {
  return a.first < b.first + b.size && b.first < a.first + a.size
}

/** Whether all of the network is private by RFC 1918. */
export function isPrivate(network: Network): boolean {
  return privateNetworks.some((text) => {
    const range = parseCidr(text)
    return range !== undefined && contains(range, network)
  })
}

/**
 * The nth address of a CIDR text, counted from its first address (offset 0).
 * Undefined if the text is no network or the offset leaves it.
 */
export function nthAddress(cidr: string, offset: number): string | undefined {
  const network = parseCidr(cidr)
  if (network === undefined || offset < 0 || offset >= network.size) return undefined
  return formatIpv4(network.first + offset)
}
