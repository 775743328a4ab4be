// watch.ts: tells which files under some roots have changed: by the system's events, and by looking now and then.
import { lstatSync, realpathSync } from 'node:fs'
import { watch as chokidar, type FSWatcher } from 'chokidar'
import { filesUnder, type Unreadable } from './files.ts'

/** A folder (or a single file) to watch; it need not exist yet. */
export type Root = {
  path: string
  match(path: string): boolean
  avoid?: ((folder: string) => boolean) | undefined
}

export type WatchOptions = {
  roots: readonly Root[]
  /** A file is new, gone or may have changed; it may be told more than once, and files that did not change may be told. */
  changed(path: string, root: Root): void
  /** Something could not be watched or looked into. */
  trouble?(message: string): void
  /** How often everything is looked at, also what events told. @default 30 s, 5 s without events */
  pollMs?: number
}

export type Watching = {
  /** `polling`: the system gives no events (too many watches, a network file system), so changes take longer to be seen. */
  mode(): 'events' | 'polling'
  /** Looks at everything now. */
  look(): void
  close(): Promise<void>
}

const pollMs = 30_000
const pollWithoutEventsMs = 5_000

/** What a file looked like when it was told last. */
type Look = string

/**
 * Watches roots. Folders that are missing, removed or made again are picked up by the next look; what events miss is
 * found by it too, so that nothing depends on them but speed.
 */
export function watchRoots(options: WatchOptions): Watching {
  const { roots, changed, trouble = () => {} } = options
  const looks = new Map<string, Look>()
  const told = new Set<string>()
  const watchers = new Map<string, FSWatcher>()
  let events = true
  let timer: Timer | undefined
  let closed = false

  function tell(path: string, root: Root): void {
    if (!closed) changed(path, root)
  }

  /** Files of SQLite stand for their database. */
  const subject = (path: string) => path.replace(/-(wal|shm|journal)$/, '')

  function once(message: string): void {
    if (told.has(message)) return
    told.add(message)
    trouble(message)
  }

  function report({ path, reason }: Unreadable): void {
    once(`${path}: ${reason}`)
  }

  function look(): void {
    if (closed) return
    for (const root of roots) {
      const { files, unreadable } = filesUnder(root.path, root.match, root.avoid)
      unreadable.forEach(report)
      for (const path of files) {
        const now = lookOf(path)
        if (looks.get(path) === now) continue
        looks.set(path, now)
        tell(path, root)
      }
      if (events && !watchers.has(root.path) && isThere(root.path)) listen(root)
    }
  }

  function listen(root: Root): void {
    try {
      // A root may be a link; what is found under it is told by its real path, as the look does.
      const real = realpathSync(root.path)
      const watcher = chokidar(real, {
        ignoreInitial: true,
        followSymlinks: false,
        ignored: (path, stat) => (stat?.isDirectory() ?? false) && path !== real && (root.avoid?.(path) ?? false),
        atomic: false,
        awaitWriteFinish: false,
      })
      watchers.set(root.path, watcher)
      const event = (path: string) => {
        const file = subject(path)
        if (!root.match(file)) return
        looks.set(file, lookOf(file))
        tell(file, root)
      }
      watcher.on('add', event).on('change', event)
      // What came while the watch was being set up was no event.
      watcher.on('ready', look)
      watcher.on('unlinkDir', (path) => {
        // The watch of a root that was removed is of no use to the one that comes in its place.
        if (path === real) void forget(root.path)
      })
      watcher.on('unlink', (path) => {
        looks.delete(path)
        // What was written right before may still be read by whoever holds the file open.
        if (root.match(path)) tell(path, root)
      })
      watcher.on('error', (error) => withoutEvents(error))
    } catch (error) {
      withoutEvents(error)
    }
  }

  async function forget(path: string): Promise<void> {
    const watcher = watchers.get(path)
    watchers.delete(path)
    await watcher?.close()
  }

  function withoutEvents(error: unknown): void {
    const { code, message } = error as NodeJS.ErrnoException
    if (code !== 'ENOSPC' && code !== 'EMFILE' && code !== 'ENFILE') {
      once(`watching: ${message}`)
      return
    }
    if (!events) return
    events = false
    once(
      `the system allows no more watches (${code}): files are looked at every ${pollWithoutEventsMs / 1000} s instead`,
    )
    for (const path of [...watchers.keys()]) void forget(path)
    schedule()
  }

  function schedule(): void {
    clearInterval(timer)
    if (closed) return
    timer = setInterval(look, options.pollMs ?? (events ? pollMs : pollWithoutEventsMs))
    timer.unref?.()
  }

  look()
  schedule()
  return {
    mode: () => (events ? 'events' : 'polling'),
    look,
    async close() {
      closed = true
      clearInterval(timer)
      await Promise.all([...watchers.keys()].map(forget))
    },
  }
}

function isThere(path: string): boolean {
  try {
    lstatSync(path)
    return true
  } catch {
    return false
  }
}

/** Size and time of a file and of its write-ahead log, which grows while the file itself stands still. */
function lookOf(path: string): Look {
  const own = sizeAndTime(path)
  return path.endsWith('.db') ? `${own} ${sizeAndTime(`${path}-wal`)}` : own
}

function sizeAndTime(path: string): string {
  try {
    const { size, mtimeMs, ino } = lstatSync(path)
    return `${ino}:${size}:${mtimeMs}`
  } catch {
    return ''
  }
}
