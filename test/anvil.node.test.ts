// The helper that other tests stand on: nothing is left behind, and a chain can outlive its process.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { startAnvil } from './anvil.ts'

it('starts on fresh ports, side by side, and leaves nothing behind', async () => {
  const [one, two] = await Promise.all([startAnvil(), startAnvil({ chainId: 11_155_111 })])
  expect(one.port).not.toBe(two.port)
  expect(await one.request('eth_chainId')).toBe('0x7a69')
  expect(await two.request('eth_chainId')).toBe('0xaa36a7')
  await Promise.all([one.stop(), two.stop('SIGKILL')])
  await one.stop()
  for (const { url } of [one, two]) await expect(fetch(url)).rejects.toThrow()
})

it('says why it did not start', async () => {
  await expect(startAnvil({ args: ['--no-such-option'] })).rejects.toThrow('no-such-option')
})

it('continues a chain from its state file', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'anvil-'))
  try {
    const stateFile = join(folder, 'state.json')
    const first = await startAnvil({ stateFile })
    await first.request('anvil_mine', ['0x5'])
    await first.stop() // Writes the state; `--state-interval` covers what a SIGKILL would lose.
    const second = await startAnvil({ stateFile })
    expect(await second.request('eth_blockNumber')).toBe('0x5')
    await second.stop('SIGKILL')
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})
