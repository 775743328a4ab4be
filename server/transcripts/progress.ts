// progress.ts: how far a reading of many files is, told a few times a second.

/** `path`: the file that was read last. */
export type ImportProgress = { files: number; filesDone: number; bytes: number; bytesDone: number; path: string }

const everyMs = 100

export class Progress {
  readonly #progress: ImportProgress
  readonly #tell: ((progress: ImportProgress) => void) | undefined
  #toldMs = 0

  constructor(sizes: readonly number[], tell: ((progress: ImportProgress) => void) | undefined) {
    const bytes = sizes.reduce((sum, size) => sum + size, 0)
    this.#progress = { files: sizes.length, filesDone: 0, bytes, bytesDone: 0, path: '' }
    this.#tell = tell
    if (sizes.length > 0) this.#told()
  }

  read(path: string, bytes: number): void {
    this.#progress.path = path
    // A file may have grown since it was looked at.
    this.#progress.bytesDone = Math.min(this.#progress.bytes, this.#progress.bytesDone + bytes)
    if (performance.now() - this.#toldMs >= everyMs) this.#told()
  }

  fileDone(): void {
    this.#progress.filesDone++
  }

  end(): void {
    const { files, filesDone } = this.#progress
    if (files === 0) return
    if (filesDone === files) this.#progress.bytesDone = this.#progress.bytes
    this.#told()
  }

  #told(): void {
    this.#toldMs = performance.now()
    this.#tell?.({ ...this.#progress })
  }
}
