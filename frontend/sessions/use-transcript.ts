// use-transcript.ts: a session's transcript, of a long one first its start.
import { transcriptStart, wholeTranscript } from '../api.ts'
import { useAnswer } from '../lib/answers.ts'

/** `all` is the whole of it; a long one can be read from its `start` while the rest is on its way. */
export function useTranscript(id: string) {
  const start = useAnswer(transcriptStart(id))
  const isLong = start.data?.hasMore === true
  const whole = useAnswer(isLong ? wholeTranscript(id) : undefined)
  return { start, all: isLong ? whole : start }
}
