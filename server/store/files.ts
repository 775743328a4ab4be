// files.ts: finished files are moved to their places so that a crash leaves them whole or not there.
import { closeSync, copyFileSync, fsyncSync, openSync, renameSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'

/** A name beside a file for what will take its place: the same folder, so that the last step is one rename. */
export const besideOf = (path: string): string => join(dirname(path), `.${basename(path)}.telltale-${process.pid}`)

/** Renames a file; from another file system it is copied, and the copy is on disk when this returns. */
export function moveFile(from: string, to: string): void {
  try {
    renameSync(from, to)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EXDEV') throw error
    copyFileSync(from, to)
    syncFile(to)
  }
}

export const syncFile = (path: string): void => sync(path, 'r+')

/** A name is on disk when its folder is. Windows has no such call. */
export function syncFolder(path: string): void {
  if (process.platform !== 'win32') sync(path, 'r')
}

function sync(path: string, flags: string): void {
  const descriptor = openSync(path, flags)
  try {
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}
