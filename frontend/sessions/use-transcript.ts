// use-transcript.ts: a session's transcript, of a long one first its start.
import { transcriptStart, wholeTranscript } from '../api.ts'
import { useLong } from '../lib/use-long.ts'

/** `all` is the whole of it; a long one can be read from its `start` while the rest is on its way. */
export const useTranscript = (id: string) => useLong(transcriptStart(id), wholeTranscript(id))
