import { expect, test } from 'bun:test'
import { createAdmission } from './admission.ts'
import { TooLargeError } from './decompress.ts'
import { AbortedError, readBody } from './http-body.ts'

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
const room = () => createAdmission({ bodyBytesMax: 100 })

for (const [name, request] of [
  ['announced', whole],
  ['streamed', streamed],
] as const) {
  test(`${name} bodies count while their requests are in progress`, async () => {
    const admission = room()
    const place = await admission.enter('a', 0)
    expect((await readBody(request(100), 100, place)).byteLength).toBe(100)
    expect(admission.stats()).toMatchObject({ requests: 1, bytes: 100 })
    place.leave()
    expect(admission.stats()).toMatchObject({ requests: 0, bytes: 0 })
  })

  test(`${name} bodies over the limit are refused`, async () => {
    expect(readBody(request(101), 100, await room().enter('a', 0))).rejects.toThrow(TooLargeError)
  })
}

test('a body that is cut off is told from one that is whole', async () => {
  expect(readBody(streamed(90, true), 100, await room().enter('a', 0))).rejects.toThrow(AbortedError)
})

test('a request without a body has an empty one', async () => {
  const place = await room().enter('a', 0)
  expect((await readBody(new Request('http://x/', { method: 'POST' }), 10, place)).byteLength).toBe(0)
})
