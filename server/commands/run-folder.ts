// run-folder.ts: an agent's folder with one file changed, for an agent that is told where to send only by a file in it.
import {
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { oneLine } from '../log.ts'
import { readText, writeWhole } from './edit-file.ts'

export type RunFolder = {
  /** The folder to name to the agent. */
  path: string
  /** Gives the real folder what the agent made or changed, and removes this one. */
  giveBack(): void
}

type Made = { real: string; file: string; pid: number }

/**
 * A folder whose entries are links to those of `real`, but for `file`, which says `text`. It lies in `home`, with a note of what
 * it stands for, so that what a killed run left in it is given back by the next.
 */
export function makeRunFolder(home: string, real: string, file: string, text: string): RunFolder {
  const base = join(home, 'run', `${process.pid}-${crypto.randomUUID().slice(0, 8)}`)
  const path = join(base, 'folder')
  mkdirSync(path, { recursive: true, mode: 0o700 })
  const made: Made = { real, file, pid: process.pid }
  writeFileSync(join(base, 'made.json'), JSON.stringify(made), { mode: 0o600 })
  writeFileSync(join(base, 'written'), text, { mode: 0o600 })
  writeFileSync(join(path, file), text, { mode: 0o600 })
  if (existsSync(real))
    for (const name of readdirSync(real)) if (name !== file) symlinkSync(join(real, name), join(path, name))
  return { path, giveBack: () => giveBack(base, made) }
}

/** Gives back what killed runs left. */
export function giveBackLeft(home: string): void {
  const folder = join(home, 'run')
  if (!existsSync(folder)) return
  for (const name of readdirSync(folder)) {
    const base = join(folder, name)
    try {
      const made = JSON.parse(readFileSync(join(base, 'made.json'), 'utf8')) as Made
      if (!isAlive(made.pid)) giveBack(base, made)
    } catch {
      // Not one of ours, or not whole: nothing was begun in it.
    }
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** Whatever is no link is the agent's: new files and folders, and those it wrote anew in place of a link. */
function giveBack(base: string, { real, file }: Made): void {
  const path = join(base, 'folder')
  for (const name of existsSync(path) ? readdirSync(path) : []) {
    const ours = join(path, name)
    const theirs = join(real, name)
    if (name === file || lstatSync(ours).isSymbolicLink()) continue
    mkdirSync(real, { recursive: true, mode: 0o700 })
    if (lstatSync(ours).isDirectory()) cpSync(ours, theirs, { recursive: true, force: true })
    else move(ours, theirs)
  }
  giveBackFile(join(real, file), readText(join(base, 'written')) ?? '', readText(join(path, file)))
  rmSync(base, { recursive: true, force: true })
  // The folder of runs goes with the last of them.
  if (readdirSync(dirname(base)).length === 0) rmdirSync(dirname(base))
}

function move(from: string, to: string): void {
  try {
    renameSync(from, to)
  } catch {
    // Another file system.
    cpSync(from, to, { force: true })
  }
}

/**
 * What the agent changed in the file itself, in the real one, without what was set for the run: the stretch that setting made
 * of the real text is put back as it was.
 */
function giveBackFile(path: string, written: string, now: string | undefined): void {
  if (now === undefined || now === written) return
  const real = readText(path) ?? ''
  const start = commonStart(real, written)
  const end = Math.min(commonStart(reversed(real), reversed(written)), real.length - start, written.length - start)
  const ours = written.slice(start, written.length - end)
  const theirs = real.slice(start, real.length - end)
  const parts = now.split(ours)
  if (ours === '' || parts.length === 2) writeWhole(path, ours === '' ? now : parts.join(theirs))
  else process.stderr.write(`telltale: what the agent changed in its ${oneLine(path)} could not be carried over\n`)
}

const reversed = (text: string) => text.split('').reverse().join('')

function commonStart(one: string, other: string): number {
  let length = 0
  while (length < one.length && one[length] === other[length]) length++
  return length
}
