// Runs @tus/server over a folder (the first argument) on a free port and prints the port.
import { FileStore } from '@tus/file-store'
import { Server } from '@tus/server'

const server = new Server({ path: '/api/uploads', datastore: new FileStore({ directory: process.argv[2] }) })
const listening = server.listen({ host: '127.0.0.1', port: 0 }, () => {
  process.stdout.write(`${listening.address().port}\n`)
})
