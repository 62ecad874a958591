/** Health of a daemon that is well as long as it accepts connections on a unix socket. */
export function accepting(socket: string) {
  return {
    test: ["CMD", "perl", "-MIO::Socket::UNIX", "-e", `exit !IO::Socket::UNIX->new("${socket}")`],
    interval: "5s",
    timeout: "2s",
    retries: 3,
    start_period: "60s",
    start_interval: "500ms",
  }
}
