/** Where etcd answers clients. */
export const etcdClientPort = 2379
/** Where etcd's members talk to one another. */
export const etcdPeerPort = 2380
/** Health and metrics without a certificate; beyond the host itself only for Prometheus. */
export const etcdHealthPort = 2381
