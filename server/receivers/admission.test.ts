import { describe, expect, test } from 'bun:test'
import { type Admission, BusyError, createAdmission } from './admission.ts'

const mb = 1024 * 1024
let residentBytes = 0
const room = (waitMaxMs = 0) =>
  createAdmission({ bodyBytesMax: 64 * mb, residentBytes: () => residentBytes, waitMaxMs })

/** Requests of one size, each of a client of its own, until one is refused; gives how many came in. */
async function fill(admission: Admission, bytes: number, client = (i: number) => `filler-${i}`): Promise<number> {
  for (let i = 0; i < 100_000; i++) {
    try {
      await admission.enter(client(i), bytes)
    } catch (error) {
      expect(error).toBeInstanceOf(BusyError)
      return i
    }
  }
  throw new Error('it never ends')
}

describe('the bytes of all requests in progress', () => {
  test('stay within a bound, however many ask', async () => {
    const admission = room()
    const few = await fill(admission, 4 * mb)
    expect(few).toBe(5)
    await fill(admission, 10_000)
    const { bytes, bytesMax, refused } = admission.stats()
    expect(bytes).toBeLessThanOrEqual(bytesMax * 1.5)
    expect(refused).toBe(2)
  })

  test('count as they come where they were not announced', async () => {
    const admission = room()
    const places = await Promise.all(Array.from({ length: 10 }, (_, i) => admission.enter(`c${i}`, 0)))
    const held = await Promise.allSettled(places.map((place) => place.hold(20 * mb)))
    expect(held.map(({ status }) => status)).toEqual(['fulfilled', ...Array(9).fill('rejected')])
    for (const place of places) place.leave()
    expect(admission.stats()).toMatchObject({ requests: 0, bytes: 0 })
  })

  test('are given back once, whatever happens', async () => {
    const admission = room()
    const place = await admission.enter('a', 5)
    await place.hold(10)
    place.leave()
    place.leave()
    await place.hold(1000)
    expect(admission.stats()).toMatchObject({ requests: 0, bytes: 0 })
  })
})

test('the largest request comes in beside a few others', async () => {
  const admission = room()
  for (let i = 0; i < 4; i++) await admission.enter(`c${i}`, 4 * mb)
  await (await admission.enter('large', 64 * mb)).hold(64 * mb)
})

test('a client that asks little gets in although another has taken everything', async () => {
  const admission = room(10_000)
  const places = await Promise.all(Array.from({ length: 5 }, () => admission.enter('flood', 4 * mb)))
  const waiting = admission.enter('flood', 4 * mb)
  expect(admission.stats()).toMatchObject({ requests: 5, waiting: 1 })
  ;(await admission.enter('quiet', 100_000)).leave()
  for (const place of places) place.leave()
  await waiting
})

describe('a request for which there is no room', () => {
  const full = async (waitMaxMs: number) => {
    const admission = room(waitMaxMs)
    const places = await Promise.all(Array.from({ length: 5 }, (_, i) => admission.enter(`c${i}`, 4 * mb)))
    return { admission, places }
  }

  test('waits for its turn, and those that come after it wait behind it', async () => {
    const { admission, places } = await full(10_000)
    const order: string[] = []
    // The second would fit as soon as the first does not yet; it must not starve it.
    const first = admission.enter('first', 4 * mb).then(() => order.push('first'))
    const second = admission.enter('second', 3 * mb).then(() => order.push('second'))
    expect(admission.stats()).toMatchObject({ requests: 5, waiting: 2 })
    places[0]!.leave()
    await first
    expect(admission.stats()).toMatchObject({ requests: 5, waiting: 1 })
    places[1]!.leave()
    await second
    expect(order).toEqual(['first', 'second'])
    expect(admission.stats()).toMatchObject({ requests: 5, waiting: 0, refused: 0 })
  })

  test('waits for more room, too, when it is in already, and before those that are not', async () => {
    const { admission, places } = await full(10_000)
    const order: string[] = []
    const small = await admission.enter('small', 1000)
    const outside = admission.enter('outside', 4 * mb).then(() => order.push('outside'))
    const inside = small.hold(4 * mb).then(() => order.push('inside'))
    expect(admission.stats()).toMatchObject({ requests: 6, waiting: 2 })
    places[0]!.leave()
    await inside
    places[1]!.leave()
    await outside
    expect(order).toEqual(['inside', 'outside'])
  })

  test('gets more when all that are in want more: nobody would ever leave', async () => {
    const admission = room(10_000)
    const places = await Promise.all(Array.from({ length: 5 }, (_, i) => admission.enter(`c${i}`, 4 * mb)))
    let grown = 0
    const all = places.map((place) =>
      place.hold(10 * mb).then(() => {
        grown++
        place.leave()
      }),
    )
    await Promise.all(all)
    expect(grown).toBe(5)
    expect(admission.stats()).toMatchObject({ requests: 0, bytes: 0, waiting: 0, refused: 0 })
  })

  test('takes nothing more when it left while it waited', async () => {
    const { admission, places } = await full(10_000)
    const small = await admission.enter('small', 1000)
    const holding = small.hold(4 * mb)
    small.leave()
    for (const place of places) place.leave()
    await holding
    expect(admission.stats()).toMatchObject({ requests: 0, bytes: 0, waiting: 0 })
  })

  test('is told to come back when nobody leaves for a while', async () => {
    const { admission } = await full(20)
    expect(admission.enter('late', 4 * mb)).rejects.toThrow(BusyError)
    await Bun.sleep(100)
    expect(admission.stats()).toMatchObject({ requests: 5, waiting: 0, refused: 1 })
  })

  test('is forgotten when its client goes away', async () => {
    const { admission, places } = await full(10_000)
    const client = new AbortController()
    const waiting = admission.enter('gone', 4 * mb, client.signal)
    client.abort()
    expect(waiting).rejects.toThrow(BusyError)
    places[0]!.leave()
    expect(admission.stats()).toMatchObject({ requests: 4, waiting: 0, refused: 0 })
  })

  test('is told to come back at once where very many wait already', async () => {
    const { admission, places } = await full(10_000)
    const waiting = Array.from({ length: 500 }, (_, i) =>
      admission.enter(`w${i}`, 4 * mb).then((place) => place.leave()),
    )
    await expect(admission.enter('one more', 4 * mb)).rejects.toThrow(BusyError)
    expect(admission.stats()).toMatchObject({ waiting: 500, refused: 1 })
    for (const place of places) place.leave()
    await Promise.all(waiting)
    expect(admission.stats()).toMatchObject({ requests: 0, bytes: 0, waiting: 0 })
  })
})

describe('while memory is high', () => {
  test('little is let in at a time, but never nothing', async () => {
    residentBytes = 2000 * mb
    const admission = room()
    const place = await admission.enter('a', 4 * mb)
    await place.hold(64 * mb)
    expect(admission.stats().memoryIsHigh).toBe(true)
    await expect(admission.enter('b', 4 * mb)).rejects.toThrow(BusyError)
    place.leave()
    expect(await fill(admission, 4 * mb)).toBe(1)
    residentBytes = 0
    await Bun.sleep(60)
    await admission.enter('b', 4 * mb)
    expect(admission.stats().memoryIsHigh).toBe(false)
  })
})
