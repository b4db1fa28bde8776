// What a board says, as one canonical text: the same text that `board::Document::contents` writes from yrs, written here
// from real Yjs (docs/board-schema.md). So both libraries can be held against each other.
import * as Y from 'yjs'

/** Canonical text of a document's shapes, a shape a line. */
export function contents (doc) {
  const shapes = doc.getMap('shapes')
  const lines = [...shapes.keys()].sort(byCodePoint).map((id) => `${string(id)}:${write(shapes.get(id))}`)
  return `{${lines.map((line) => `\n${line}`).join(',')}\n}`
}

function write (value) {
  if (value instanceof Y.Text) return text(value)
  if (value instanceof Y.Array) return `{"array":[${value.toArray().map(write).join(',')}]}`
  if (value instanceof Y.Map) {
    const keys = [...value.keys()].sort(byCodePoint)
    return `{"map":{${keys.map((key) => `${string(key)}:${write(value.get(key))}`).join(',')}}}`
  }
  return any(value)
}

/** Letters of which something is said are pairs of letters and what is said; others are a text. */
function text (value) {
  const pieces = []
  for (const { insert, attributes = {} } of value.toDelta()) {
    const letters = typeof insert === 'string' ? insert : '\ufffc'
    const said = any(Object.fromEntries(Object.entries(attributes).filter(([, value]) => value !== null)))
    if (pieces.at(-1)?.said === said) pieces.at(-1).letters += letters
    else pieces.push({ letters, said })
  }
  if (pieces.every(({ said }) => said === '{}')) return `{"text":${string(pieces.map(({ letters }) => letters).join(''))}}`
  return `{"rich":[${pieces.map(({ letters, said }) => `[${string(letters)},${said}]`).join(',')}]}`
}

function any (value) {
  if (value === null) return 'null'
  if (value === undefined) return '{"undefined":null}'
  if (typeof value === 'boolean') return String(value)
  if (typeof value === 'number') return number(value)
  if (typeof value === 'string') return string(value)
  if (value instanceof Uint8Array) return `{"bytes":"${Buffer.from(value).toString('hex')}"}`
  if (Array.isArray(value)) return `[${value.map(any).join(',')}]`
  if (typeof value === 'object') {
    const keys = Object.keys(value).sort(byCodePoint)
    return `{${keys.map((key) => `${string(key)}:${any(value[key])}`).join(',')}}`
  }
  throw new Error(`no canonical form for ${typeof value}`)
}

function number (value) {
  if (!Number.isFinite(value)) return `{"number":"${Number.isNaN(value) ? 'NaN' : value > 0 ? 'inf' : '-inf'}"}`
  return value === 0 ? '0' : String(value).replace('e+', 'e')
}

function string (text) {
  let out = ''
  for (const letter of text) {
    const code = letter.codePointAt(0)
    if (letter === '"' || letter === '\\') out += `\\${letter}`
    else if (code < 0x20) out += `\\u${code.toString(16).padStart(4, '0')}`
    else out += letter
  }
  return `"${out}"`
}

// Rust sorts strings by their UTF-8 bytes, which is the order of code points; JavaScript's own order is by UTF-16 units.
function byCodePoint (one, next) {
  return Buffer.compare(Buffer.from(one), Buffer.from(next))
}
