// The deploy command as a person runs it, against a real chain.
import { registryAddress } from '@dpp/anchor/ethereum'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Anvil, startAnvil } from '../test/anvil.ts'
import { runDeploy } from './deploy-command.ts'

let anvil: Anvil

beforeAll(async () => {
  anvil = await startAnvil({ chainId: 11_155_111 })
})
afterAll(() => anvil.stop())

it('tells what it would cost, deploys once, and finds it there the second time', async () => {
  const target = ['--rpc', anvil.url, '--chain-id', '11155111']
  const dry = await runDeploy(['--rpc', anvil.url, '--dry-run'], {})
  expect(dry).toMatchObject({ code: 0 })
  expect(JSON.parse(dry.stdout)).toMatchObject({ status: 'dry-run', address: registryAddress })
  expect(await anvil.request('eth_getCode', [registryAddress, 'latest'])).toBe('0x')

  const key = { RELAYER_PRIVATE_KEY: anvil.privateKeys[1] }
  const first = await runDeploy(target, key)
  expect(first.code, first.stderr).toBe(0)
  const deployment = JSON.parse(first.stdout)
  expect(deployment).toMatchObject({ status: 'deployed', chain: 'eip155:11155111' })
  expect(deployment.address).toBe(registryAddress)
  expect(JSON.parse((await runDeploy(target, key)).stdout)).toMatchObject({ status: 'present' })
})

it('refuses the wrong chain, no key and unknown options, each with what to do', async () => {
  const key = { RELAYER_PRIVATE_KEY: anvil.privateKeys[1] }
  const wrong = await runDeploy(['--rpc', anvil.url, '--chain-id', '1'], key)
  expect(wrong).toMatchObject({ code: 1 })
  expect(wrong.stderr).toContain('ERR_DPP_CHAIN_MISMATCH')
  const keyless = await runDeploy(['--rpc', anvil.url, '--chain-id', '11155111'], {})
  expect(keyless).toMatchObject({ code: 2 })
  expect(keyless.stderr).toContain('RELAYER_PRIVATE_KEY')
  expect(await runDeploy(['--rcp', anvil.url], key)).toMatchObject({ code: 2 })
  const bad = await runDeploy(['--rpc', anvil.url], { RELAYER_PRIVATE_KEY: 'mistyped secret' })
  expect(bad).toMatchObject({ code: 2 })
  expect(bad.stderr).not.toContain('mistyped')
})
