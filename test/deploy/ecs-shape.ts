// Holds JSON against the shapes that the AWS client carries with it (Smithy's compact schemas): members that no shape names,
// values of another kind, members that are missing. https://smithy.io/2.0/spec/model.html

/** What does not fit, each as `path: what`. */
export function misfits(schema: unknown, value: unknown, path = '$'): readonly string[] {
  if (typeof schema === 'function') return misfits(schema(), value, path)
  if (typeof schema === 'number') return misfitsOfSimple(schema, value, path)
  if (!Array.isArray(schema)) return [`${path}: an unknown shape`]
  if (schema.length === 2) return misfits(schema[0], value, path) // A shape and its traits.
  const [kind, , name, , first, second, required = 0] = schema
  if (kind === LIST) return misfitsOfList(first, value, path)
  if (kind === STRUCTURE && isObject(value)) {
    const names = first as readonly string[]
    const missing = names.slice(0, required).filter((member) => !Object.hasOwn(value, member))
    return [
      ...missing.map((member) => `${path}: ${member} is missing`),
      ...Object.entries(value).flatMap(([member, each]) => {
        const index = names.indexOf(member)
        if (index === -1) return [`${path}: ${name} has no ${member}`]
        return misfits(second[index], each, `${path}.${member}`)
      }),
    ]
  }
  return [`${path}: not a ${name}`]
}

const [LIST, STRUCTURE] = [1, 3]
const [LIST_OF, MAP_OF] = [64, 128] // Added to the number of a simple shape.
const simple: { readonly [shape: number]: string } = { 0: 'string', 1: 'number', 2: 'boolean' }

function misfitsOfSimple(schema: number, value: unknown, path: string): readonly string[] {
  if (schema >= MAP_OF)
    return isObject(value)
      ? misfitsOfList(schema - MAP_OF, Object.values(value), path)
      : [`${path}: not a map`]
  if (schema >= LIST_OF) return misfitsOfList(schema - LIST_OF, value, path)
  const kind = simple[schema]
  return typeof value === kind ? [] : [`${path}: not a ${kind ?? 'known shape'}`]
}

function misfitsOfList(member: unknown, value: unknown, path: string): readonly string[] {
  if (!Array.isArray(value)) return [`${path}: not a list`]
  return value.flatMap((each, index) => misfits(member, each, `${path}[${index}]`))
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
