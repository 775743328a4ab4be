// placeholder
export function Sessions() {
  return null
}
