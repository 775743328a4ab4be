// progress-bar.ts: how far an import is: files, MB/s and the time left, on a terminal's stderr.
import { SingleBar } from 'cli-progress'
import type { ImportProgress } from '../transcripts/import.ts'
import { bytes, count, since } from './words.ts'

export type ProgressBar = { show(progress: ImportProgress): void; stop(): void }

/** A bar with files, MB/s and the time left; on stderr, and only on a terminal. */
export function progressBar(wanted: boolean): ProgressBar {
  if (!wanted || !process.stderr.isTTY) return { show() {}, stop() {} }
  const bar = new SingleBar({
    format: '{bar} {percentage}%  {files} files  {rate}/s  {left} left',
    barCompleteChar: '█',
    barIncompleteChar: '░',
    hideCursor: true,
    clearOnComplete: true,
    stream: process.stderr,
  })
  const started = performance.now()
  let isShown = false
  return {
    show({ files, filesDone, bytes: all, bytesDone }) {
      const seconds = (performance.now() - started) / 1000
      const rate = bytesDone / Math.max(seconds, 0.001)
      const left = rate > 0 ? Math.round((all - bytesDone) / rate) : 0
      const shown = { files: `${count(filesDone)}/${count(files)}`, rate: bytes(rate), left: since(left) }
      if (isShown) bar.update(bytesDone, shown)
      else bar.start(all, bytesDone, shown)
      isShown = true
    },
    stop() {
      if (isShown) bar.stop()
    },
  }
}
