// small-disk.ts: a folder on a disk of a few megabytes: a tmpfs where we may mount one, else a limit on the size of files.
import { mkdirSync, rmSync } from 'node:fs'
import { newHome } from '../telltale.ts'

export type SmallDisk = {
  folder: string
  /** What the server is started by so that the limit holds for it. */
  by: string[]
  /** In words, for the log. */
  kind: string
  /** Makes room again. */
  grow(megabytes: number, pid: number): void
  remove(): void
}

/** A new, empty disk. */
export function smallDisk(megabytes: number): SmallDisk {
  const folder = newHome()
  mkdirSync(folder, { recursive: true })
  const mounted = Bun.spawnSync(['mount', '-t', 'tmpfs', '-o', `size=${megabytes}m,mode=0700`, 'tmpfs', folder])
  if (mounted.exitCode === 0) {
    return {
      folder,
      by: [],
      kind: 'tmpfs',
      grow: (size) => void Bun.spawnSync(['mount', '-o', `remount,size=${size}m`, folder]),
      remove() {
        Bun.spawnSync(['umount', '-l', folder])
        rmSync(folder, { recursive: true, force: true })
      },
    }
  }
  // Only the soft limit, so that it can be raised again; writes beyond it fail with EFBIG once SIGXFSZ is ignored.
  const limit = `trap '' XFSZ; ulimit -S -f ${megabytes * 2048} 2>/dev/null || ulimit -f ${megabytes * 2048}; exec "$0" "$@"`
  return {
    folder,
    by: ['sh', '-c', limit],
    kind: 'a limit on the size of files (mounting a tmpfs is not allowed here)',
    grow: (size, pid) => void Bun.spawnSync(['prlimit', '--pid', String(pid), `--fsize=${size * 1024 * 1024}`]),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}
