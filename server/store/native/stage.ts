// stage.ts: puts the embedded DuckDB addon and library into a private folder and loads them from there.
import {
  chmodSync,
  closeSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'

/** One file inside the compiled program: zstd-compressed, with the identity of its plain content. */
export type EmbeddedFile = { name: string; embeddedPath: string; bytes: number; hash: string }

/**
 * Stages the files side by side (the addon finds its library by `$ORIGIN`) and loads the addon. Tries the program's
 * home, the user's cache folder and the temporary folder in turn: one of them may be read-only or mounted noexec.
 *
 * @throws Error with one line for each folder tried when none works.
 */
export function loadStaged(version: string, files: EmbeddedFile[]): unknown {
  const addon = files.find((file) => file.name.endsWith('.node'))
  if (!addon) throw new Error('the program was built without its database addon; build it again with `make build`')
  const failures: string[] = []
  for (const base of candidateFolders(process.env, process.argv)) {
    const folder = join(base, `native-${version}-${addon.hash.slice(0, 12)}`)
    try {
      privateFolder(base)
      privateFolder(folder)
      for (const file of files) stage(folder, file)
      const module = { exports: {} }
      process.dlopen(module, join(folder, addon.name))
      return module.exports
    } catch (error) {
      failures.push(`${folder}: ${reason(error)}`)
    }
  }
  throw new Error(
    `its database library cannot be unpacked: it needs a folder that is writable and not mounted noexec; set XDG_CACHE_HOME or TMPDIR to one (tried ${failures.join('; ')})`,
  )
}

/** The end of a message is its reason; the loader's begins with the path again. */
function reason(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).replace(/^.*\.node: /, '')
}

/** Where to stage, best first. `--home` is read from the arguments, since the database is loaded before they are parsed. */
function candidateFolders(env: NodeJS.ProcessEnv, argv: readonly string[]): string[] {
  const uid = process.getuid?.() ?? 0
  const flag = argv.findIndex((argument) => argument === '--home' || argument.startsWith('--home='))
  const flagged = flag < 0 ? undefined : argv[flag]?.includes('=') ? argv[flag]?.slice(7) : argv[flag + 1]
  const user = homedirOrNothing()
  return [
    env.XDG_CACHE_HOME && join(env.XDG_CACHE_HOME, 'telltale'),
    user && join(user, process.platform === 'darwin' ? 'Library/Caches/telltale' : '.cache/telltale'),
    flagged && join(flagged, 'cache'),
    env.TELLTALE_HOME && join(env.TELLTALE_HOME, 'cache'),
    join(tmpdir(), `telltale-${uid}`),
    `/var/tmp/telltale-${uid}`,
  ].filter((folder): folder is string => Boolean(folder))
}

/** The home folder, or nothing when HOME is unset and the user has no entry in the password file. */
function homedirOrNothing(): string | undefined {
  try {
    const folder = homedir()
    return folder && folder !== '/' ? folder : undefined
  } catch {
    return undefined
  }
}

/** Makes a folder that only we can enter; refuses one that somebody else owns or a link in its place. */
function privateFolder(folder: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const stat = lstatSync(folder)
  if (!stat.isDirectory()) throw new Error('is not a folder')
  if (process.getuid && stat.uid !== process.getuid()) throw new Error('belongs to another user')
  if ((stat.mode & 0o077) !== 0) chmodSync(folder, 0o700)
}

/** Writes one file unless the right one is there: temporary name, then rename, so that two first starts cannot mix. */
function stage(folder: string, file: EmbeddedFile): void {
  const path = join(folder, file.name)
  if (isStaged(path, file)) return
  const content = Bun.zstdDecompressSync(readFileSync(file.embeddedPath))
  if (contentHash(content) !== file.hash)
    throw new Error(`${file.name} is damaged inside the program; install it again`)
  const temporary = `${path}.${process.pid}.${Math.random().toString(36).slice(2)}`
  try {
    const descriptor = openSync(temporary, 'wx', 0o700)
    try {
      for (let written = 0; written < content.byteLength; ) written += writeSync(descriptor, content, written)
      fsyncSync(descriptor)
    } finally {
      closeSync(descriptor)
    }
    renameSync(temporary, path)
  } catch (error) {
    rmSync(temporary, { force: true })
    throw error
  }
}

/** Whether the file is there, ours, and of the right content. xxHash64 of 70 MB takes 10 ms, SHA-256 80 ms. */
function isStaged(path: string, file: EmbeddedFile): boolean {
  const stat = lstatSync(path, { throwIfNoEntry: false })
  if (!stat?.isFile() || stat.size !== file.bytes) return false
  if (process.getuid && stat.uid !== process.getuid()) return false
  return contentHash(readFileSync(path)) === file.hash
}

/** The identity of a file's content, 16 hex digits. */
export function contentHash(content: Uint8Array): string {
  return Bun.hash.xxHash64(content).toString(16).padStart(16, '0')
}
