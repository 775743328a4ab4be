// placeholder
export function Sql() {
  return null
}
