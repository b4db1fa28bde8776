// The endings of simulated runs, read by real Yjs: the stored updates must say the same there as in yrs.
// `cargo run -p simulation --bin simulate -- --count 100 --dump <folder>` writes them; BOARDWALK_ENDINGS names the folder.
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import * as Y from 'yjs'
import { contents } from '../peers/contents.mjs'

const folder = process.env.BOARDWALK_ENDINGS

test('real Yjs reads every simulated board as yrs does', () => {
  assert.ok(folder, 'BOARDWALK_ENDINGS is not set')
  const files = readdirSync(folder).filter((name) => name.endsWith('.json'))
  assert.ok(files.length > 0, `no endings in ${folder}`)
  let shapes = 0
  for (const file of files) {
    const ending = JSON.parse(readFileSync(join(folder, file), 'utf8'))
    const doc = new Y.Doc()
    for (const update of ending.stored) Y.applyUpdate(doc, Buffer.from(update, 'hex'))
    assert.equal(doc.store.pendingStructs, null, `${file}: Yjs waits for something`)
    assert.equal(doc.store.pendingDs, null, `${file}: Yjs waits for deletions`)
    assert.equal(contents(doc), ending.contents, file)
    shapes += doc.getMap('shapes').size
  }
  assert.ok(shapes > files.length, 'the simulated boards are all but empty')
  console.log(`${files.length} boards, ${shapes} shapes: the same in Yjs`)
})
