// lock.ts: one process owns a database, by a lock file of our own.
import { linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { CannotOpen, messageOf } from './errors.ts'

/** Who holds the lock: the process, and when it started, since process ids are used again. */
type Holder = { pid: number; processStart: string; since: string }

/**
 * Takes `<database>.lock` for this process, or refuses and names the holder. DuckDB's own lock is an fcntl lock, which any
 * `open` and `close` of the file in the same process drops; this one stays until {@link release} or the process's end, after
 * which the next process finds the holder gone.
 *
 * @throws CannotOpen when another living process holds it.
 */
export function takeLock(databasePath: string): { release(): void } {
  const path = `${databasePath}.lock`
  const own: Holder = { pid: process.pid, processStart: processStart(process.pid), since: new Date().toISOString() }
  const mine = `${path}.${process.pid}`
  try {
    writeFileSync(mine, JSON.stringify(own), { mode: 0o600 })
  } catch (error) {
    throw new CannotOpen(`the folder ${dirname(databasePath)} cannot be written to: ${messageOf(error)}`)
  }
  try {
    // A link is made whole or not at all, and never over an existing file.
    for (let attempt = 0; ; attempt++) {
      try {
        linkSync(mine, path)
        break
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
        const holder = readHolder(path)
        if (holder && isAlive(holder)) {
          const page = pageOf(databasePath, holder.pid)
          throw new CannotOpen(
            `the database ${databasePath} is in use by process ${holder.pid} (since ${holder.since}${page}); use that one, or stop it first`,
          )
        }
        if (attempt > 3) throw new CannotOpen(`the lock ${path} cannot be taken; remove it if no telltale is running`)
        // Another process may have found the same holder gone and taken its place meanwhile.
        if (readHolder(path)?.processStart === holder?.processStart) rmSync(path, { force: true })
      }
    }
  } finally {
    rmSync(mine, { force: true })
  }
  return {
    release: () => {
      if (readHolder(path)?.pid === process.pid) rmSync(path, { force: true })
    },
  }
}

function readHolder(path: string): Holder | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Holder
  } catch {
    return undefined
  }
}

/** Where the page of the process that holds the lock is, as far as the server's own file tells. */
function pageOf(databasePath: string, pid: number): string {
  try {
    const server = JSON.parse(readFileSync(join(dirname(databasePath), 'server.json'), 'utf8'))
    return server.pid === pid && typeof server.apiUrl === 'string' ? `, ${server.apiUrl}` : ''
  } catch {
    return ''
  }
}

function isAlive(holder: Holder): boolean {
  if (holder.pid === process.pid) return holder.processStart === processStart(process.pid)
  try {
    process.kill(holder.pid, 0)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false
  }
  const start = processStart(holder.pid)
  return start === '' || holder.processStart === '' || start === holder.processStart
}

/** When a process started: ticks since boot and the boot's id (Linux), else what `ps` says; `''` where it cannot be told. */
function processStart(pid: number): string {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ')
    return `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()}/${fields[19]}`
  } catch {
    if (process.platform !== 'darwin') return ''
    return Bun.spawnSync(['ps', '-o', 'lstart=', '-p', String(pid)])
      .stdout.toString()
      .trim()
  }
}
