// placeholder
export function Tools() {
  return null
}
