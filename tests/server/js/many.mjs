// Uploads many equal files with tus-js-client and prints how many seconds that took.
// The argument is JSON: endpoint, token, size in bytes, lanes (how many at a time), and places: a metadata object each.
import crypto from 'node:crypto'
import * as tus from 'tus-js-client'

const wanted = JSON.parse(process.argv[2])
const body = crypto.randomBytes(wanted.size)
const left = [...wanted.places]

const one = (metadata) =>
  new Promise((resolve, reject) => {
    const headers = wanted.token ? { Authorization: `Bearer ${wanted.token}` } : {}
    new tus.Upload(body, {
      endpoint: wanted.endpoint,
      headers,
      metadata,
      retryDelays: null,
      onSuccess: resolve,
      onError: reject,
    }).start()
  })

const lane = async () => {
  while (left.length) await one(left.shift())
}

const started = performance.now()
await Promise.all(Array.from({ length: wanted.lanes }, lane))
process.stdout.write(`${(performance.now() - started) / 1000}\n`)
