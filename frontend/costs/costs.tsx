// placeholder
export function Costs() {
  return null
}
