// history.ts: the statements this browser ran, newest first.
const storageKey = 'telltale.sql'
const keptMax = 100

/** Reads what was kept; anything else is nothing. */
export function readHistory(text: string | null): string[] {
  try {
    const kept = JSON.parse(text ?? '[]') as unknown
    return Array.isArray(kept) ? kept.filter((one) => typeof one === 'string').slice(0, keptMax) : []
  } catch {
    return []
  }
}

/** The history with a statement on top; the same one stands only once. */
export function withStatement(history: readonly string[], sql: string): string[] {
  return [sql, ...history.filter((one) => one !== sql)].slice(0, keptMax)
}

export function loadHistory(): string[] {
  try {
    return readHistory(localStorage.getItem(storageKey))
  } catch {
    return []
  }
}

export function saveHistory(history: readonly string[]) {
  try {
    localStorage.setItem(storageKey, JSON.stringify(history))
  } catch {
    // Storage may be forbidden; then the history ends with the page.
  }
}
