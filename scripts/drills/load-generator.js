// Open-loop HTTPS load, run inside the box's public network (Node 20, no dependencies).
// Starts `rate` requests a second whatever the answers are, for at most `seconds`,
// or until standard input closes; then prints one JSON array of
// [startMs, durationMs, status, error].
import { randomBytes } from "node:crypto"
import { readFileSync } from "node:fs"
import { Agent, request } from "node:https"

const { address, hostname, path, rate, seconds, timeoutMs, keepAlive, body, carts } = JSON.parse(
  process.argv[2],
)
const cartIds = Array.from({ length: carts ?? 0 }, () => randomBytes(16).toString("hex"))
const ca = readFileSync("/load/ca.pem")
// Idle connections are dropped before HAProxy's 10 s, as browsers and proxies do: reusing one
// that the server is just closing would be the client's own race.
const agent = keepAlive
  ? new Agent({ keepAlive: true, maxSockets: 50, timeout: 5000, scheduling: "lifo", ca })
  : undefined
const samples = []
let open = 0
let stopping = false

function send() {
  const start = Date.now()
  let ended = false
  const end = (status, error) => {
    if (ended) return
    ended = true
    open -= 1
    samples.push([start, Date.now() - start, status, error])
    finish()
  }
  const fail = (error, when) => end(0, `${error.code ?? error.message} ${when}`)
  open += 1
  const outgoing = request(
    {
      host: address,
      servername: hostname,
      path,
      ca,
      agent: agent ?? false,
      ...(body === undefined
        ? { headers: { host: hostname } }
        : {
            method: "POST",
            headers: { ...cookie(), host: hostname, "content-type": "application/json" },
          }),
    },
    (answer) => {
      answer.resume()
      answer.on("end", () => end(answer.statusCode, ""))
      answer.on("error", (error) => fail(error, "in the answer"))
    },
  )
  outgoing.on("error", (error) => {
    fail(error, error.syscall === "connect" ? "connecting" : phase(outgoing))
  })
  // The whole request is bounded, connecting included.
  setTimeout(() => {
    if (!ended) outgoing.destroy(Object.assign(new Error("timeout"), { code: "TIMEOUT" }))
  }, timeoutMs).unref()
  outgoing.end(body)
}

/** One of the visitors that there are. */
function cookie() {
  const id = cartIds[Math.floor(Math.random() * cartIds.length)]
  return id === undefined ? {} : { cookie: `cart=${id}` }
}

/** How far a request got: what a failure means depends on it. */
function phase({ reusedSocket, socket }) {
  if (reusedSocket) return "on a kept connection"
  if (!socket || socket.connecting) return "connecting"
  return socket.secureConnecting ? "in the handshake" : "waiting"
}

function finish() {
  if (!stopping || open > 0) return
  process.stdout.write(JSON.stringify(samples), () => process.exit(0))
}

function stop() {
  stopping = true
  clearInterval(timer)
  finish()
}

const begin = Date.now()
let sent = 0
const timer = setInterval(() => {
  const due = Math.min(((Date.now() - begin) / 1000) * rate, rate * seconds)
  for (; sent < due; sent += 1) send()
  if (sent >= rate * seconds) stop()
}, 5)
process.stdin.on("end", stop)
process.stdin.resume()
process.stderr.write("started\n")
