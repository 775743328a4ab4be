// files.ts: the regular files under a root; nothing else is ever opened, and nothing outside the root.
import { type Dirent, lstatSync, readdirSync, realpathSync } from 'node:fs'
import { join, sep } from 'node:path'

/** A folder or file that could not be looked into. */
export type Unreadable = { path: string; reason: string }

/** What a walk finds: files that match, in order of path, and what it had to leave out. */
export type Found = { files: string[]; unreadable: Unreadable[] }

/** No agent nests its files deeper; a loop of mounts would. */
const depthMax = 24

/**
 * The regular files under a root for which `match` holds. Symbolic links inside the root are not followed (what they
 * point to inside the root is found under its own name); the root itself may be one. A root that is a file is that file;
 * a missing one is empty.
 */
export function filesUnder(
  root: string,
  match: (path: string) => boolean,
  avoid: (folder: string) => boolean = () => false,
): Found {
  const found: Found = { files: [], unreadable: [] }
  let real: string
  try {
    real = realpathSync(root)
  } catch (error) {
    if (!isAbsent(error)) found.unreadable.push({ path: root, reason: reasonOf(error) })
    return found
  }
  try {
    const stat = lstatSync(real)
    if (stat.isDirectory()) walk(real, match, avoid, found, 0)
    else if (stat.isFile() && match(real)) found.files.push(real)
  } catch (error) {
    if (!isAbsent(error)) found.unreadable.push({ path: real, reason: reasonOf(error) })
  }
  return found
}

function walk(
  folder: string,
  match: (path: string) => boolean,
  avoid: (folder: string) => boolean,
  found: Found,
  depth: number,
): void {
  let entries: Dirent[]
  try {
    entries = readdirSync(folder, { withFileTypes: true })
  } catch (error) {
    if (!isAbsent(error)) found.unreadable.push({ path: folder, reason: reasonOf(error) })
    return
  }
  entries.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0))
  for (const entry of entries) {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) {
      if (avoid(path)) continue
      if (depth < depthMax) walk(path, match, avoid, found, depth + 1)
      else found.unreadable.push({ path, reason: 'nested too deep' })
    } else if (match(path)) {
      if (entry.isFile()) found.files.push(path)
      else found.unreadable.push({ path, reason: `${kindOf(entry)}, not a regular file` })
    }
  }
}

function kindOf(entry: Dirent): string {
  if (entry.isSymbolicLink()) return 'a symbolic link'
  if (entry.isFIFO()) return 'a pipe'
  if (entry.isSocket()) return 'a socket'
  return 'a device'
}

/**
 * Whether a path's folder really lies in the root, whatever links were put on the way since.
 *
 * @throws the system's error when there is no such path any more.
 */
export function isInside(root: string, path: string): boolean {
  const real = realpathSync(root)
  const target = realpathSync(path)
  return target === real || target.startsWith(real.endsWith(sep) ? real : real + sep)
}

export function isAbsent(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException
  return code === 'ENOENT' || code === 'ENOTDIR'
}

/** An error of the file system in a few words. */
export function reasonOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException
  return reasons[code ?? ''] ?? message ?? String(error)
}

const reasons: Record<string, string> = {
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  ELOOP: 'a symbolic link',
  EMFILE: 'too many open files',
  ENFILE: 'too many open files',
  ENOENT: 'no longer there',
}
