// The y-websocket reference server with LevelDB behind it.
// node y-websocket.mjs PORT FOLDER
const [port, folder] = process.argv.slice(2)
process.env.PORT = port
process.env.HOST = '127.0.0.1'
process.env.YPERSISTENCE = folder
process.on('SIGTERM', () => process.exit(0))
await import(new URL('./node_modules/@y/websocket-server/src/server.js', import.meta.url))
