/**
 * A type of Grafana's Foundation SDK as plain data: enums are the values they stand for,
 * methods are left out. Only the SDK's types are used. Its builders leave ids, refIds, legends
 * and reducers to be set anyway, and to load them costs a render a fifth of its time.
 */
export type Written<T> = T extends string
  ? `${T}`
  : T extends number | boolean | null | undefined
    ? T
    : T extends readonly (infer Element)[]
      ? Written<Element>[]
      : T extends object
        ? { [Key in keyof T as T[Key] extends Method ? never : Key]: Written<T[Key]> }
        : T

type Method = (...parameters: never[]) => unknown
