// Buyers, run inside the box's public network (Node 20, no dependencies).
//
// Each `everyMs` another visitor puts a product into a cart and orders it with an idempotency key, as the
// shop's pages do. What fails is sent again, after the pause that the shop asks for, until `patienceMs`
// are over. Begins no more buyers when standard input closes or after `seconds`, and prints one
// JSON array of rows when the last has ended: see `Purchase`.
import { randomBytes } from "node:crypto"
import { readFileSync } from "node:fs"
import { request } from "node:https"

const { address, hostname, run, everyMs, seconds, patienceMs } = JSON.parse(process.argv[2])
const ca = readFileSync("/load/ca.pem")
const longestPauseSeconds = 2
const purchases = []
const open = new Set()

function post(path, headers, body) {
  return new Promise((resolve) => {
    const outgoing = request(
      {
        host: address,
        servername: hostname,
        path,
        ca,
        agent: false,
        method: "POST",
        headers: { host: hostname, "content-type": "application/json", ...headers },
      },
      (answer) => {
        let text = ""
        answer.setEncoding("utf8")
        answer.on("data", (part) => {
          text += part
        })
        answer.on("end", () =>
          resolve({ status: answer.statusCode, text, pause: answer.headers["retry-after"] }),
        )
        answer.on("error", (error) => resolve({ status: 0, text: error.code ?? error.message }))
      },
    )
    outgoing.on("error", (error) => resolve({ status: 0, text: error.code ?? error.message }))
    // Longer than the load balancer waits for the shop.
    outgoing.setTimeout(20_000, () => outgoing.destroy(new Error("timeout")))
    outgoing.end(JSON.stringify(body))
  })
}

/** Sends until it is answered as `wanted`, or what cannot become that. Counts what was not in `failures`. */
async function insist(wanted, end, failures, send) {
  for (;;) {
    const answer = await send()
    if (answer.status === wanted) return answer
    const what = answer.status === 0 ? answer.text : `HTTP ${answer.status}`
    failures[what] = (failures[what] ?? 0) + 1
    const isFinal = answer.status >= 400 && answer.status < 500 && answer.status !== 429
    if (isFinal || Date.now() > end) return undefined
    const pause = Math.min(longestPauseSeconds, Number(answer.pause ?? 1))
    await new Promise((resolve) => setTimeout(resolve, 1000 * pause))
  }
}

async function buy(number) {
  const begin = Date.now()
  const end = begin + patienceMs
  const key = `${run}-${number}`
  const failures = { cart: {}, order: {} }
  const cookie = `cart=${randomBytes(16).toString("hex")}`
  const line = { productId: "kopi-gayo", quantity: 1 }
  const filled = await insist(200, end, failures.cart, () => post("/api/cart", { cookie }, line))
  const ordering = Date.now()
  const ordered =
    filled &&
    (await insist(201, end, failures.order, () =>
      post("/api/checkout", { cookie, "idempotency-key": key }, {}),
    ))
  purchases.push({
    key,
    startMs: begin,
    cartMs: ordering - begin,
    orderMs: Date.now() - ordering,
    orderId: ordered === undefined ? null : JSON.parse(ordered.text).orderId,
    failures,
  })
}

let begun = 0
const timer = setInterval(() => {
  const job = buy(begun).finally(() => open.delete(job))
  begun += 1
  open.add(job)
}, everyMs)
let stopped = false
function stop() {
  if (stopped) return
  stopped = true
  clearInterval(timer)
  Promise.all([...open]).then(() =>
    process.stdout.write(JSON.stringify(purchases), () => process.exit(0)),
  )
}
setTimeout(stop, 1000 * seconds).unref()
process.stdin.on("end", stop)
process.stdin.resume()
process.stderr.write("started\n")
