// placeholder
export function Metrics() {
  return null
}
