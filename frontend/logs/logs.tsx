// placeholder
export function Logs() {
  return null
}
