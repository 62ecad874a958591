/**
 * Quantities with their unit in the text, as people write them in
 * `environments/*.yaml`. Each alias becomes a definition of the JSON schema;
 * `parseX` in `schema/quantity.ts` turns it into a number with the unit in its name.
 */

/**
 * A span of time: a whole number or decimal and `ms`, `s`, `m`, `h` or `d`.
 * @pattern ^(0|[1-9][0-9]{0,8})(\.[0-9]{1,6})?(ms|s|m|h|d)$
 */
export type Duration = string

/**
 * A size in bytes, decimal units as providers sell them (1 GB = 10^9 bytes
 * for disks; memory is compared in the same unit on both sides).
 * @pattern ^[1-9][0-9]{0,8}(\.[0-9]{1,6})?(MB|GB|TB)$
 */
export type ByteSize = string

/**
 * Data moved in a second, in bits, decimal units as providers sell them: 1 Gbps = 10^9 bits.
 * @pattern ^[1-9][0-9]{0,8}(\.[0-9]{1,6})?(Mbps|Gbps)$
 */
export type Bandwidth = string

/**
 * A time of day, 24 hours, in the environment's `timezone`.
 * @pattern ^([01][0-9]|2[0-3]):[0-5][0-9]$
 */
export type TimeOfDay = string

/**
 * A share of a whole.
 * @pattern ^(100(\.0{1,6})?|(0|[1-9][0-9]?)(\.[0-9]{1,6})?)%$
 */
export type Percent = string

/**
 * An IPv4 network in CIDR notation.
 * @pattern ^([0-9]{1,3}\.){3}[0-9]{1,3}/([0-9]|[12][0-9]|3[0-2])$
 */
export type Cidr = string

/**
 * An IPv4 address.
 * @pattern ^([0-9]{1,3}\.){3}[0-9]{1,3}$
 */
export type Ipv4 = string

/**
 * A container image reference. Staging and production refer by digest.
 * @pattern ^[a-z0-9][a-z0-9._:/-]*(:[A-Za-z0-9_][A-Za-z0-9._-]{0,127})?(@sha256:[a-f0-9]{64})?$
 * @maxLength 300
 */
export type ImageRef = string

/**
 * The name of a secret; never its value. With what is put around it, it has to
 * fit the 64 characters that Docker allows.
 * @pattern ^[a-z][a-z0-9_]{1,36}$
 */
export type SecretName = string

/**
 * A whole number, one or more.
 * @minimum 1
 * @maximum 1000000000
 * @asType integer
 */
export type PositiveInteger = number
