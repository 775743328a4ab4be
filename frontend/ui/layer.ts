// layer.ts: where floating things go: into the dialog they were opened from, since what is modal lies above all else.
import { createContext, useContext } from 'react'

export const LayerContext = createContext<HTMLElement | null>(null)

/** The element to put a popover, menu or tooltip in; `undefined` for the page itself. */
export function useLayer(): HTMLElement | undefined {
  return useContext(LayerContext) ?? undefined
}
