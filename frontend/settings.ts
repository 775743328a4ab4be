// settings.ts: what this browser remembers of its reader: appearance, zone, widths.
import { create } from 'zustand'
import type { Zone } from './lib/time.ts'

export type Theme = 'system' | 'light' | 'dark'

export type Settings = {
  theme: Theme
  zone: Zone
  /** Rows of 28 instead of 32 pixels. */
  compact: boolean
  sidebarCollapsed: boolean
  /** Share of the width that the detail pane takes, in percent. */
  detailPercent: number
  /** The reader left the history that was found; the overview no longer offers it. */
  historyLeft: boolean
  /** Alerts are told by the desktop, too. */
  desktopAlerts: boolean
  /** Alerts that the reader has put away, or the desktop has told: by budget, level, period and limit. */
  alertsSeen: readonly string[]
  alertsTold: readonly string[]
}

const storageKey = 'telltale.settings'
const defaults: Settings = {
  theme: 'system',
  zone: 'local',
  compact: false,
  sidebarCollapsed: false,
  detailPercent: 36,
  historyLeft: false,
  desktopAlerts: false,
  alertsSeen: [],
  alertsTold: [],
}

/** Reads what was stored; anything that is not as it should be is the default. */
export function readSettings(text: string | null): Settings {
  try {
    const stored = JSON.parse(text ?? '{}') as Partial<Record<keyof Settings, unknown>>
    return {
      theme: stored.theme === 'light' || stored.theme === 'dark' ? stored.theme : defaults.theme,
      zone: stored.zone === 'utc' ? 'utc' : defaults.zone,
      compact: stored.compact === true,
      sidebarCollapsed: stored.sidebarCollapsed === true,
      detailPercent:
        typeof stored.detailPercent === 'number'
          ? Math.min(70, Math.max(20, stored.detailPercent))
          : defaults.detailPercent,
      historyLeft: stored.historyLeft === true,
      desktopAlerts: stored.desktopAlerts === true,
      alertsSeen: texts(stored.alertsSeen),
      alertsTold: texts(stored.alertsTold),
    }
  } catch {
    return defaults
  }
}

/** More than anybody's budgets fire in a month. */
const textsMax = 200

function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string').slice(-textsMax) : []
}

function stored(): string | null {
  try {
    return localStorage.getItem(storageKey)
  } catch {
    // Storage may be forbidden; the page works without a memory.
    return null
  }
}

export const useSettings = create<Settings & { set(changes: Partial<Settings>): void }>()((set, get) => ({
  ...readSettings(stored()),
  set(changes) {
    set(changes)
    const { set: _, ...settings } = get()
    try {
      localStorage.setItem(storageKey, JSON.stringify(settings))
    } catch {
      // As above.
    }
  },
}))

const darkScheme = matchMedia('(prefers-color-scheme: dark)')

/** Puts the theme on the document. Called before the first render, and whenever the choice or the system's changes. */
export function applyTheme() {
  const { theme } = useSettings.getState()
  document.documentElement.classList.toggle('dark', theme === 'dark' || (theme === 'system' && darkScheme.matches))
}

/** Keeps the document's theme as chosen. */
export function watchTheme() {
  applyTheme()
  darkScheme.addEventListener('change', applyTheme)
  useSettings.subscribe(applyTheme)
}
