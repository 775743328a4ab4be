// edit-file.ts: replaces a file whole or not at all, through symbolic links, with the mode and the owner it had.
import {
  chmodSync,
  chownSync,
  closeSync,
  existsSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'

/** The file that a path stands for, also when links lead to one that does not exist yet. */
export function targetOf(path: string): string {
  let target = resolve(path)
  for (let hops = 0; hops < 40; hops++) {
    try {
      if (!lstatSync(target).isSymbolicLink()) return target
    } catch {
      return target
    }
    target = resolve(dirname(target), readlinkSync(target))
  }
  throw new Error(`${path} is a circle of symbolic links`)
}

/**
 * The text of a file, `undefined` when there is none. A byte order mark stays part of it.
 *
 * @throws Error when it is not UTF-8 or cannot be read.
 */
export function readText(path: string): string | undefined {
  if (!existsSync(path)) return undefined
  const bytes = readFileSync(path)
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    throw new Error(`${path} is not UTF-8`)
  }
}

/**
 * Writes beside the file and renames; a crash leaves the old file or the new one.
 *
 * @returns the folders that had to be made, outermost first.
 */
export function writeWhole(path: string, text: string): string[] {
  const target = targetOf(path)
  const made = makeFolders(dirname(target))
  const before = existsSync(target) ? statSync(target) : undefined
  const temporary = join(dirname(target), `.${basename(target)}.telltale-${process.pid}`)
  const mode = before ? before.mode & 0o777 : 0o600
  try {
    const file = openSync(temporary, 'wx', mode)
    try {
      const bytes = Buffer.from(text)
      // A disk that fills up takes a part and says so only to the next write.
      for (let done = 0; done < bytes.length; ) done += writeSync(file, bytes, done)
      fsyncSync(file)
    } finally {
      closeSync(file)
    }
    chmodSync(temporary, mode)
    if (before && process.getuid?.() === 0) chownSync(temporary, before.uid, before.gid)
    renameSync(temporary, target)
  } catch (error) {
    rmSync(temporary, { force: true })
    throw error
  }
  return made
}

function makeFolders(folder: string): string[] {
  const missing: string[] = []
  for (let at = folder; !existsSync(at); at = dirname(at)) missing.unshift(at)
  if (missing.length > 0) mkdirSync(folder, { recursive: true, mode: 0o700 })
  return missing
}
