import { describe, expect, test } from 'bun:test'
import { type Admission, BusyError, createAdmission } from './admission.ts'

const mb = 1024 * 1024
let residentBytes = 0
const room = () => createAdmission({ bodyBytesMax: 64 * mb, residentBytes: () => residentBytes })

/** Requests of one size, each of a client of its own, until one is refused; gives how many came in. */
function fill(admission: Admission, bytes: number, client = (i: number) => `filler-${i}`): number {
  for (let i = 0; i < 100_000; i++) {
    try {
      admission.enter(client(i), bytes)
    } catch (error) {
      expect(error).toBeInstanceOf(BusyError)
      return i
    }
  }
  throw new Error('it never ends')
}

describe('the bytes of all requests in progress', () => {
  test('stay within a bound, however many ask', () => {
    const admission = room()
    const few = fill(admission, 4 * mb)
    expect(few).toBe(5)
    fill(admission, 10_000)
    const { bytes, bytesMax, refused } = admission.stats()
    expect(bytes).toBeLessThanOrEqual(bytesMax * 1.5)
    expect(refused).toBe(2)
  })

  test('count as they come where they were not announced', () => {
    const admission = room()
    const places = Array.from({ length: 10 }, (_, i) => admission.enter(`c${i}`, 0))
    expect(() => {
      for (const place of places) place.hold(20 * mb)
    }).toThrow(BusyError)
    for (const place of places) place.leave()
    expect(admission.stats()).toMatchObject({ requests: 0, bytes: 0 })
  })

  test('are given back once, whatever happens', () => {
    const admission = room()
    const place = admission.enter('a', 5)
    place.hold(10)
    place.leave()
    place.leave()
    place.hold(1000)
    expect(admission.stats()).toMatchObject({ requests: 0, bytes: 0 })
  })
})

test('the largest request comes in beside a few others', () => {
  const admission = room()
  for (let i = 0; i < 4; i++) admission.enter(`c${i}`, 4 * mb)
  admission.enter('large', 64 * mb).hold(64 * mb)
})

test('a client that asks little gets in although another has taken everything', () => {
  const admission = room()
  fill(admission, 4 * mb, () => 'flood')
  expect(() => admission.enter('flood', 100_000)).toThrow(BusyError)
  admission.enter('quiet', 100_000).leave()
})

describe('while memory is high', () => {
  test('little is let in at a time, but never nothing', async () => {
    residentBytes = 2000 * mb
    const admission = room()
    const place = admission.enter('a', 4 * mb)
    place.hold(64 * mb)
    expect(admission.stats().memoryIsHigh).toBe(true)
    expect(() => admission.enter('b', 4 * mb)).toThrow(BusyError)
    place.leave()
    expect(fill(admission, 4 * mb)).toBe(2)
    residentBytes = 0
    await Bun.sleep(60)
    admission.enter('b', 4 * mb)
    expect(admission.stats().memoryIsHigh).toBe(false)
  })
})
