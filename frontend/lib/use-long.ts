// use-long.ts: what may be long, of which the start is asked for before the whole.
import { type Answer, type Question, useAnswer } from './answers.ts'

/** `all` is the whole of it, which is the `start` where there is no more. A long one can be shown from its start meanwhile. */
export function useLong<T extends { hasMore: boolean }>(
  startOf: Question<T> | undefined,
  wholeOf: Question<T> | undefined,
): { start: Answer<T>; all: Answer<T> } {
  const start = useAnswer(startOf)
  const isLong = start.data?.hasMore === true
  const whole = useAnswer(isLong ? wholeOf : undefined)
  return { start, all: isLong ? whole : start }
}
