// service-tier.ts: how fast, and for what price, Codex asks to be served: older files do not say so, only its configuration does.
import { readFileSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { objectOf, textOf } from '../json-values.ts'
import { readToml } from '../toml-config.ts'

/** The tiers that change the price; `auto` and `default` do not. */
const tiers = new Set(['fast', 'priority', 'flex'])
const configBytesMax = 1024 * 1024

const read = new Map<string, { look: string; tier: string | undefined }>()

/**
 * The tier in force: `service_tier` of the profile in use, else of the whole file, in the `config.toml` beside the folder of
 * sessions. What is in force when a rollout is read stands for all of it, since nothing tells what was when it was written.
 */
export function serviceTier(root: string): string | undefined {
  if (!['sessions', 'archived_sessions'].includes(basename(root))) return undefined
  const path = join(dirname(root), 'config.toml')
  try {
    const stat = statSync(path)
    const { size, mtimeMs, ino } = stat
    const look = `${size} ${mtimeMs} ${ino}`
    const known = read.get(path)
    if (known?.look === look) return known.tier
    const tier = stat.isFile() && size <= configBytesMax ? tierIn(readFileSync(path, 'utf8')) : undefined
    read.set(path, { look, tier })
    return tier
  } catch {
    // None, or not to be read: then nothing is known.
    return undefined
  }
}

function tierIn(text: string): string | undefined {
  const config = readToml(text)
  const profile = objectOf(objectOf(config.profiles)[textOf(config.profile) ?? ''])
  return pricedTier(textOf(profile.service_tier) ?? textOf(config.service_tier))
}

/** The tier, when it is one that changes the price. */
export const pricedTier = (tier: string | undefined) => (tier !== undefined && tiers.has(tier) ? tier : undefined)
