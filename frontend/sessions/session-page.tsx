// placeholder
export function SessionPage() {
  return null
}
