// Hocuspocus as its documentation starts it: SQLite, and the default of saving two seconds after the last edit.
// node hocuspocus.mjs PORT FOLDER
import { Server } from '@hocuspocus/server'
import { SQLite } from '@hocuspocus/extension-sqlite'
import { mkdirSync } from 'node:fs'

const [port, folder] = process.argv.slice(2)
mkdirSync(folder, { recursive: true })
const server = new Server({
  port: Number(port),
  address: '127.0.0.1',
  quiet: true,
  stopOnSignals: true,
  extensions: [new SQLite({ database: `${folder}/db.sqlite` })],
})
server.listen()
