// Uploads one file with tus-js-client as the JSON in the first argument says, and prints what it is told:
// a line {"url": …}, a line {"accepted": bytes} each time, and at the end {"done": url} or {"error": text}.
import fs from 'node:fs'
import { PassThrough } from 'node:stream'
import * as tus from 'tus-js-client'

const wanted = JSON.parse(process.argv[2])
const say = (line) => process.stdout.write(`${JSON.stringify(line)}\n`)
const body = fs.readFileSync(wanted.file)
// A stream that has ended before it is read: over others, tus-js-client 4.3.1 waits for ever for more.
const source = wanted.deferred ? new PassThrough({ highWaterMark: body.length + 1 }).end(body) : body

const upload = new tus.Upload(source, {
  endpoint: wanted.endpoint,
  headers: { Authorization: `Bearer ${wanted.token}` },
  metadata: wanted.metadata,
  chunkSize: wanted.chunk,
  parallelUploads: wanted.parallel,
  uploadLengthDeferred: wanted.deferred,
  retryDelays: Array.from({ length: 100 }, () => 100),
  onUploadUrlAvailable: () => say({ url: upload.url }),
  onChunkComplete: (_, accepted) => say({ accepted }),
  onSuccess: () => say({ done: upload.url }),
  onError: (error) => {
    say({ error: String(error) })
    process.exitCode = 1
  },
})
upload.start()
