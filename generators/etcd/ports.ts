/** Where etcd answers clients. */
export const etcdClientPort = 2379
/** Where etcd's members talk to one another. */
export const etcdPeerPort = 2380
/** Health and metrics, on the host itself only. */
export const etcdHealthPort = 2381
