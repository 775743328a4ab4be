// url-state.ts: the URL is the state of every view: navigation pushes, adjustments replace.
import { useCallback, useMemo } from 'react'
import { useLocation, useSearch } from 'wouter'
import { rangeParams, readRange, type TimeRange } from './time-range.ts'

/** New values of parameters; empty or absent ones leave the URL. */
export type Changes = Record<string, string | number | boolean | null | undefined>

/** A query string with some parameters changed; the others keep their order. Starts with `?` unless empty. */
export function changeSearch(search: string, changes: Changes): string {
  const params = new URLSearchParams(search)
  for (const [key, value] of Object.entries(changes)) {
    if (value === undefined || value === null || value === '' || value === false) params.delete(key)
    else params.set(key, value === true ? '1' : String(value))
  }
  return written(params)
}

/** The part of a query string that goes along from screen to screen: the time range. */
export function carried(search: string): string {
  const params = new URLSearchParams()
  const given = new URLSearchParams(search)
  for (const key of ['range', 'from', 'to']) {
    const value = given.get(key)
    if (value) params.set(key, value)
  }
  return written(params)
}

/** A path with the carried parameters and its own: what every link inside the page is made of. */
export function href(path: string, search: string, own: Changes = {}): string {
  return path + changeSearch(carried(search), own)
}

/** `:`, `/` and `,` may stand in a query as they are, and then a person can read the link. */
function written(params: URLSearchParams): string {
  const text = params.toString().replaceAll('%3A', ':').replaceAll('%2F', '/').replaceAll('%2C', ',')
  return text === '' ? '' : `?${text}`
}

/** The state of this view, and the two ways to change it. */
export function useUrl() {
  const search = useSearch()
  const [path, navigate] = useLocation()
  const params = useMemo(() => new URLSearchParams(search), [search])
  const adjust = useCallback(
    (changes: Changes) =>
      navigate(window.location.pathname + changeSearch(window.location.search, changes), { replace: true }),
    [navigate],
  )
  const visit = useCallback(
    (to: string, own: Changes = {}) => navigate(href(to, window.location.search, own)),
    [navigate],
  )
  const goTo = useCallback((address: string) => navigate(address), [navigate])
  const push = useCallback(
    (changes: Changes) => navigate(window.location.pathname + changeSearch(window.location.search, changes)),
    [navigate],
  )
  return {
    path,
    search,
    get: (key: string) => params.get(key) ?? undefined,
    /** Changes parameters in place: sorting, filtering, a chart's form. */
    adjust,
    /** Goes to another screen and takes the time range along. */
    visit,
    /** Goes to a whole address of the page, its own time range in it. */
    goTo,
    /** Opens something within this screen, so that Back closes it. */
    push,
    link: (to: string, own: Changes = {}) => href(to, search, own),
  }
}

/** The time range of the view and how to change it. */
export function useRange(): [TimeRange, (range: TimeRange) => void] {
  const { search, adjust } = useUrl()
  const range = useMemo(() => readRange(search), [search])
  const set = useCallback(
    (next: TimeRange) => adjust({ range: undefined, from: undefined, to: undefined, ...rangeParams(next) }),
    [adjust],
  )
  return [range, set]
}
