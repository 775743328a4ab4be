// use-later.ts: what is drawn when there is time.
import { useDeferredValue } from 'react'

/**
 * A value whose drawing must not hold up typing and scrolling: it follows when there is time. The first there is comes at once, since
 * nothing stands yet that it could hold up.
 */
export function useLater<T>(value: T | undefined): T | undefined {
  return useDeferredValue(value) ?? value
}
