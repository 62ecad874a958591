/**
 * The order in which tiers converge: what others need comes first. Services of
 * one tier add their own offset, below 100, where they must follow one another.
 */
export const waves = {
  etcd: 0,
  database: 100,
  pooling: 200,
  app: 300,
  edge: 400,
  monitoring: 500,
} as const
