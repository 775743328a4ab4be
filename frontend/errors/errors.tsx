// placeholder
export function Errors() {
  return null
}
