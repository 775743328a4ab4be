// placeholder
export function TracePage() {
  return null
}
