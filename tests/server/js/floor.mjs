// Answers tus requests without keeping anything, on a free port that it prints: what is left is the client's own time.
import http from 'node:http'

const answer = (request, response) => {
  let size = 0
  request.on('data', (piece) => {
    size += piece.length
  })
  request.on('end', () => {
    const headers = { 'Tus-Resumable': '1.0.0', 'Upload-Offset': String(size) }
    if (request.method === 'POST') headers.Location = '/api/uploads/one'
    response.writeHead(request.method === 'POST' ? 201 : 204, headers)
    response.end()
  })
}

const listening = http.createServer(answer).listen(0, '127.0.0.1', () => {
  process.stdout.write(`${listening.address().port}\n`)
})
