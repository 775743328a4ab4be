// git-folder.ts: what a folder's own .git says, by reading its small files only: repository, branch, commit.
import { lstatSync, readFileSync } from 'node:fs'
import { dirname, isAbsolute, join, resolve } from 'node:path'

/** Git's files that we read are small; anything larger is not one. */
const fileBytesMax = 1024 * 1024

/** The content of a small regular file; nothing for anything else (a FIFO would block, a link may lead anywhere). */
function smallFile(path: string): string | undefined {
  try {
    const stat = lstatSync(path)
    return stat.isFile() && stat.size <= fileBytesMax ? readFileSync(path, 'utf8') : undefined
  } catch {
    return undefined
  }
}

/** The git folders of a working folder: `own` (of this worktree) and `common` (shared by all); found upwards. */
export type GitFolder = { top: string; own: string; common: string }

/** The git folder that `folder` belongs to, looking no further up than a handful of parents. */
export function gitFolderOf(folder: string): GitFolder | undefined {
  if (!isAbsolute(folder)) return undefined
  let top = folder
  for (let up = 0; up < 12; up++) {
    const found = gitFolderAt(top)
    if (found) return found
    const parent = dirname(top)
    if (parent === top) return undefined
    top = parent
  }
  return undefined
}

function gitFolderAt(top: string): GitFolder | undefined {
  const path = join(top, '.git')
  try {
    const stat = lstatSync(path)
    if (stat.isDirectory()) return { top, own: path, common: path }
    if (!stat.isFile()) return undefined
  } catch {
    return undefined
  }
  // A worktree or submodule: `.git` is a file that names the folder; `commondir` in there names the shared one.
  const target = /^gitdir:\s*(.+?)\s*$/m.exec(smallFile(path) ?? '')?.[1]
  if (!target) return undefined
  const own = resolve(top, target)
  const common = smallFile(join(own, 'commondir'))?.trim()
  return { top, own, common: common ? resolve(own, common) : own }
}

/** The branch and commit that are checked out; a detached head has no branch. */
export function gitHead(folder: string): { branch?: string; commit?: string } {
  const git = gitFolderOf(folder)
  if (!git) return {}
  const head = smallFile(join(git.own, 'HEAD'))?.trim()
  if (!head) return {}
  const ref = /^ref:\s*(\S+)$/.exec(head)?.[1]
  if (!ref) return /^[0-9a-f]{40,64}$/.test(head) ? { commit: head } : {}
  const branch = ref.replace(/^refs\/heads\//, '')
  const commit = refHash(git, ref)
  return commit ? { branch, commit } : { branch }
}

function refHash(git: GitFolder, ref: string): string | undefined {
  if (!/^refs\/[\w./@+-]+$/.test(ref) || ref.includes('..')) return undefined
  for (const folder of [git.own, git.common]) {
    const loose = smallFile(join(folder, ref))?.trim()
    if (loose && /^[0-9a-f]{40,64}$/.test(loose)) return loose
  }
  for (const line of (smallFile(join(git.common, 'packed-refs')) ?? '').split('\n')) {
    const [hash, name] = line.split(' ')
    if (name === ref && hash && /^[0-9a-f]{40,64}$/.test(hash)) return hash
  }
  return undefined
}

/** The URL of `origin`, else of the only or first remote. */
function remoteUrl(git: GitFolder): string | undefined {
  const config = smallFile(join(git.common, 'config'))
  if (!config) return undefined
  const urls = new Map<string, string>()
  let remote: string | undefined
  for (const line of config.split('\n')) {
    const section = /^\s*\[(.+?)\]/.exec(line)?.[1]
    if (section !== undefined) remote = /^remote\s+"(.+)"$/.exec(section)?.[1]
    const url = remote && /^\s*url\s*=\s*(.+?)\s*$/.exec(line)?.[1]
    if (url && remote && !urls.has(remote)) urls.set(remote, url)
  }
  return urls.get('origin') ?? urls.values().next().value
}

/**
 * A remote's URL as `owner/repository`, without host, credentials and `.git`; deeper groups stay (`group/sub/name`). A
 * path on this machine gives its last folder.
 */
export function repositoryOf(url: string): string | undefined {
  const trimmed = url.trim().replace(/\/+$/, '')
  const scp = /^(?:[^@/\s]+@)?([^:/\s]{2,}):(?!\/\/)(.+)$/.exec(trimmed)
  let path: string | undefined
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(trimmed)) {
    const rest = trimmed.replace(/^[a-z][a-z0-9+.-]*:\/\//i, '')
    if (/^file:/i.test(trimmed)) path = rest.split('/').at(-1)
    else path = rest.replace(/^[^/]*@/, '').replace(/^[^/]*\/?/, '')
  } else if (scp) path = scp[2]
  else path = trimmed.split(/[/\\]/).at(-1)
  const clean = path
    ?.replace(/[?#].*$/, '')
    .replace(/\.git$/i, '')
    .replace(/^\/+/, '')
    .replace(/\/_git\//, '/')
  return clean ? clean : undefined
}

const projects = new Map<string, { project: string | undefined; until: number }>()
const rememberedMs = 60_000
const rememberedMax = 10_000

/**
 * The project of a folder that a session ran in: the repository of its git remote, else the name of the git folder's
 * top, else the folder's own name. Remembered for a minute, since every line of a transcript names its folder.
 */
export function projectOf(folder: string | undefined): string | undefined {
  if (!folder) return undefined
  const now = Date.now()
  const known = projects.get(folder)
  if (known && known.until > now) return known.project
  if (projects.size >= rememberedMax) projects.clear()
  const git = gitFolderOf(folder)
  const url = git && remoteUrl(git)
  const project = (url && repositoryOf(url)) || nameOf(git ? mainTop(git) : folder)
  projects.set(folder, { project, until: now + rememberedMs })
  return project
}

/** A worktree's project is that of the main working folder. */
function mainTop(git: GitFolder): string {
  return git.own !== git.common && git.common.endsWith('.git') ? dirname(git.common) : git.top
}

/** The last folder of a path of any system; nothing for a root. */
function nameOf(folder: string): string | undefined {
  return folder.split(/[/\\]/).findLast((part) => part !== '' && !/^[A-Za-z]:$/.test(part))
}
