// chromium.ts: the real browser, without a window.
import { existsSync } from 'node:fs'
import { type Browser, chromium } from 'playwright-core'

/**
 * Where the browser is: TELLTALE_CHROMIUM, else the places where Debian and others put it. The headless shell is the same
 * engine without the window's own pages: the keyboard's test takes 11 s of CPU with it instead of 17.
 */
export const executablePath = [
  process.env.TELLTALE_CHROMIUM,
  '/usr/bin/chromium-headless-shell',
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
].find((path) => path && existsSync(path))

/** Starts Chromium; it asks nobody on the network for anything. */
export function launch(): Promise<Browser> {
  return chromium.launch({
    ...(executablePath ? { executablePath } : {}),
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  })
}
