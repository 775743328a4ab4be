// answers.test.ts: when the page asks again, and what it shows meanwhile.
import { describe, expect, test } from 'bun:test'
import { askAgain, changed, type Question, watchAnswer } from './answers.ts'

/** A question whose answers the test gives, one after the other. */
function controlled(key: string, topics: Question<number>['topics'] = ['logs']) {
  const waiting: { answer(value: number): void; fail(): void; signal: AbortSignal }[] = []
  const question: Question<number> = {
    key,
    topics,
    spacingMs: 0,
    ask: (signal) =>
      new Promise((resolve, reject) => {
        waiting.push({ answer: resolve, fail: () => reject(new Error('gone')), signal })
      }),
  }
  return { question, waiting }
}
const settled = () => Bun.sleep(5)
/** Waits for something that comes by itself; the test's own time limit ends it. */
async function until(holds: () => boolean) {
  while (!holds()) await Bun.sleep(1)
}

describe('a question', () => {
  test('that two look at is asked once', async () => {
    const { question, waiting } = controlled('twice')
    const one = watchAnswer(question, () => {})
    const two = watchAnswer(question, () => {})
    await settled()
    expect(waiting.length).toBe(1)
    waiting[0]?.answer(7)
    await settled()
    expect([one.state().data, two.state().data]).toEqual([7, 7])
    one.stop()
    two.stop()
  })

  test('is asked again when its topic changed, and keeps its answer until the new one is there', async () => {
    const { question, waiting } = controlled('again')
    const watch = watchAnswer(question, () => {})
    await settled()
    waiting[0]?.answer(1)
    await settled()
    changed(['traces'])
    await settled()
    expect(waiting.length).toBe(1)
    changed(['logs'])
    await until(() => waiting.length === 2)
    expect(watch.state()).toMatchObject({ data: 1, pending: true })
    waiting[1]?.answer(2)
    await settled()
    expect(watch.state()).toMatchObject({ data: 2, pending: false })
    watch.stop()
  })

  test('that changes while it is asked is asked once more, not once a change', async () => {
    const { question, waiting } = controlled('while')
    const watch = watchAnswer(question, () => {})
    await settled()
    for (let time = 0; time < 20; time++) changed(['logs'])
    waiting[0]?.answer(1)
    await until(() => waiting.length === 2)
    waiting[1]?.answer(2)
    await settled()
    expect(waiting.length).toBe(2)
    watch.stop()
  })

  test('that fails keeps what was known and tells the error', async () => {
    const { question, waiting } = controlled('fails')
    const watch = watchAnswer(question, () => {})
    await settled()
    waiting[0]?.answer(1)
    await settled()
    askAgain()
    await until(() => waiting.length === 2)
    waiting[1]?.fail()
    await settled()
    expect(watch.state().data).toBe(1)
    expect(watch.state().error?.message).toBe('gone')
    watch.stop()
  })

  test('that nobody looks at any more is given up', async () => {
    const { question, waiting } = controlled('left')
    watchAnswer(question, () => {}).stop()
    await settled()
    expect(waiting[0]?.signal.aborted).toBe(true)
  })
})
