// The image's health check: whether the service answers. Exit code 0 or 1.
const port = process.env.DPP_PORT || '8080'
const answer = await fetch(`http://127.0.0.1:${port}/healthz`, {
  signal: AbortSignal.timeout(4500),
})
process.exit(answer.ok ? 0 : 1)
