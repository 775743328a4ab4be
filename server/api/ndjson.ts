// ndjson.ts: answers that take long: a line now and then, so that nobody takes the silence for an end, last the summary.
import type { Context } from 'hono'
import { stream } from 'hono/streaming'
import { messageOf } from '../store/errors.ts'

/** Well below what the port, proxies and clients wait for. */
const everyMs = 5_000

/**
 * Answers with lines `{"progress":{"step":…,"seconds":…}}` while `work` goes on, and then with what it gives.
 * A failure is the line `{"error","message"}`, since the status was sent long before.
 */
export function whileWorking(c: Context, step: string, work: () => Promise<object>): Response {
  c.header('content-type', 'application/x-ndjson')
  return stream(c, async (out) => {
    const started = performance.now()
    const write = (line: object) => out.write(`${JSON.stringify(line)}\n`)
    const timer = setInterval(
      () => void write({ progress: { step, seconds: Math.round((performance.now() - started) / 1000) } }),
      everyMs,
    )
    try {
      await write(await work())
    } catch (error) {
      await write({ error: 'Failed', message: messageOf(error) })
    } finally {
      clearInterval(timer)
    }
  })
}
