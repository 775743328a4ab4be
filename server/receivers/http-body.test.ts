import { expect, test } from 'bun:test'
import { TooLargeError } from './decompress.ts'
import { AbortedError, BusyError, createBodyReader } from './http-body.ts'

const whole = (bytes: number) =>
  new Request('http://x/', { method: 'POST', body: 'x'.repeat(bytes), headers: { 'content-length': String(bytes) } })
const streamed = (bytes: number, fail = false) =>
  new Request('http://x/', {
    method: 'POST',
    duplex: 'half',
    body: new ReadableStream({
      pull(controller) {
        if (bytes > 0) controller.enqueue(new Uint8Array(Math.min(10, bytes)))
        else if (fail) controller.error(new Error('gone'))
        else controller.close()
        bytes -= 10
      },
    }),
  } as RequestInit)

for (const [name, request] of [
  ['announced', whole],
  ['streamed', streamed],
] as const) {
  test(`${name} bodies are held until they are released, and refused while too many are`, async () => {
    const bodies = createBodyReader(100, 150)
    const first = await bodies.read(request(100))
    expect(first.byteLength).toBe(100)
    await expect(bodies.read(request(60))).rejects.toThrow(BusyError)
    const second = await bodies.read(request(50))
    bodies.release(first)
    bodies.release(second)
    expect((await bodies.read(request(100))).byteLength).toBe(100)
  })

  test(`${name} bodies over the limit hold nothing`, async () => {
    const bodies = createBodyReader(100, 100)
    for (let i = 0; i < 5; i++) await expect(bodies.read(request(101))).rejects.toThrow(TooLargeError)
    expect((await bodies.read(request(100))).byteLength).toBe(100)
  })
}

test('a body that is cut off holds nothing', async () => {
  const bodies = createBodyReader(100, 100)
  for (let i = 0; i < 5; i++) await expect(bodies.read(streamed(90, true))).rejects.toThrow(AbortedError)
  expect((await bodies.read(streamed(100))).byteLength).toBe(100)
})

test('a request without a body has an empty one', async () => {
  expect((await createBodyReader(10, 10).read(new Request('http://x/', { method: 'POST' }))).byteLength).toBe(0)
})
