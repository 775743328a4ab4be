// placeholder
export function Traces() {
  return null
}
