import { Failure } from "../io/failure.ts"

/**
 * Waits until a program has said `started` on its standard error. Throws a Failure
 * with all it said when it ends before.
 */
export function started(
  what: string,
  stderr: NodeJS.ReadableStream,
  ended: Promise<number>,
): Promise<void> {
  let said = ""
  return new Promise((resolve, reject) => {
    stderr.on("data", (chunk: Buffer) => {
      said += chunk.toString()
      if (said.includes("started")) resolve()
    })
    void ended.then((code) => reject(new Failure(`the ${what} ended (${code}): ${said}`)))
  })
}
