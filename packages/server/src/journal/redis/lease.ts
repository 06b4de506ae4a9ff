// The lease on Redis: a key that expires unless its holder renews it, and a token that rises with every holder. The key
// only spares useless attempts; what keeps a late holder out is the token, which every write compares.
import { isDppError } from '@dpp/core'
import type { Scripts } from './script.ts'
import { readScript, writeScript } from './script.ts'

const IS_FREE = readScript(`return call('EXISTS', P .. 'lease') == 0 and 1 or 0`)

const ACQUIRE = writeScript(`
if call('EXISTS', P .. 'lease') == 1 then return answer(0) end
local token = call('HINCRBY', P .. 'meta', 'token', 1)
call('SET', P .. 'lease', token, 'PX', A[1])
return answer(token)`)

const RENEW = writeScript(`return answer(call('SET', P .. 'lease', ARGV[3], 'PX', A[1]))`)

// With the token one higher, whoever still has the old one writes nothing more.
const RELEASE = writeScript(`
call('DEL', P .. 'lease')
return answer(call('HINCRBY', P .. 'meta', 'token', 1))`)

export type Lease = {
  readonly token: number
  /** Gives the lease back, or finds that it was lost already. */
  release(): Promise<void>
}

/** Takes the lease if nobody has it, and renews it until it is released or lost; `onLost` is called once in the second case. */
export async function acquireLease(
  { run }: Scripts,
  leaseMs: number,
  onLost: () => void = () => {},
): Promise<Lease | undefined> {
  if ((await run(IS_FREE, [])) !== 1) return undefined
  const token = Number(await run(ACQUIRE, [leaseMs]))
  if (token === 0) return undefined
  const renewal = setInterval(() => void renew(), leaseMs / 3)
  renewal.unref()
  let isOver = false

  function end(): void {
    isOver = true
    clearInterval(renewal)
  }

  // An outage is no reason to give up: whether the lease was lost by then, the token tells. A holder without work learns it
  // here alone, and must: it would neither seal nor ask for the lease again.
  async function renew(): Promise<void> {
    try {
      await run(RENEW, [leaseMs], token)
    } catch (error) {
      if (isOver || !isDppError(error)) return
      end()
      if (error.code === 'ERR_DPP_LEASE_LOST') onLost()
    }
  }

  async function release(): Promise<void> {
    end()
    try {
      await run(RELEASE, [], token)
    } catch {
      // Lost, or it expires by itself.
    }
  }

  return { token, release }
}
