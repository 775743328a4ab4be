// cursor.ts: the instant the reader points at, shared by all charts of a view.
import { create } from 'zustand'

/** `time` in ms; `owner` is the chart under the pointer, which alone shows the values. */
export const useCursor = create<{ time: number | undefined; owner: string | undefined }>()(() => ({
  time: undefined,
  owner: undefined,
}))
