// Which connections nobody waits on: Node's own `closeIdleConnections` passes over those that have not asked for anything
// yet, as browsers and load balancers open them in advance. They would hold up the end of the service for 10 s.
import type { Server } from 'node:http'
import type { Socket } from 'node:net'

/** Watches a server from its start; gives what closes every connection on which no request is under way. */
export function watchIdleConnections(server: Server): () => void {
  const open = new Set<Socket>()
  server.on('connection', (socket) => {
    open.add(socket)
    socket.once('close', () => open.delete(socket))
  })
  return () => {
    server.closeIdleConnections()
    for (const socket of open) if (socket.bytesRead === 0) socket.destroy()
  }
}
