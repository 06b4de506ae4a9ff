// Signs transactions, and checks what a signer gives back: it may sit on another machine, and what it signs is money.
import { isJsonObject, type Json } from '@dpp/core'
import {
  encodeFunctionData,
  keccak256,
  parseTransaction,
  recoverTransactionAddress,
  type TransactionSerializableEIP1559,
  type TransactionSerialized,
} from 'viem'
import { formatQuantity } from '../chain/chain-hex.ts'
import { createJsonRpc, type JsonRpcOptions } from '../chain/json-rpc.ts'
import { ethereumError } from './errors.ts'
import { registryAbi } from './registry-artifact.ts'

/** Whatever signs for an address: a viem `LocalAccount`, a remote signer, a KMS. */
export type TransactionSigner = {
  readonly address: `0x${string}`
  signTransaction(transaction: TransactionSerializableEIP1559): Promise<`0x${string}`>
}

/** Call data of `anchor(root)`. */
export function anchorCallData(root: `0x${string}`): `0x${string}` {
  return encodeFunctionData({ abi: registryAbi, functionName: 'anchor', args: [root] })
}

/**
 * Signs exactly `transaction`.
 *
 * Refuses what a signer returns unless every field is as asked and the signature is the account's.
 *
 * @throws ERR_DPP_SIGNER_REFUSED
 */
export async function signChecked(
  signer: TransactionSigner,
  transaction: TransactionSerializableEIP1559,
): Promise<{ raw: `0x${string}`; hash: `0x${string}` }> {
  const raw = await signer.signTransaction(transaction)
  let signed: ReturnType<typeof parseTransaction>
  let from: string
  try {
    signed = parseTransaction(raw)
    from = await recoverTransactionAddress({ serializedTransaction: raw as TransactionSerialized })
  } catch (cause) {
    throw ethereumError('ERR_DPP_SIGNER_REFUSED', 'the signer returned no transaction', { cause })
  }
  const differs =
    signed.type !== 'eip1559' ||
    signed.chainId !== transaction.chainId ||
    (signed.nonce ?? 0) !== transaction.nonce ||
    (signed.to ?? '').toLowerCase() !== (transaction.to ?? '').toLowerCase() ||
    (signed.data ?? '0x') !== (transaction.data ?? '0x') ||
    (signed.value ?? 0n) !== (transaction.value ?? 0n) ||
    signed.gas !== transaction.gas ||
    signed.maxFeePerGas !== transaction.maxFeePerGas ||
    (signed.maxPriorityFeePerGas ?? 0n) !== (transaction.maxPriorityFeePerGas ?? 0n) ||
    (signed.accessList ?? []).length > 0
  if (differs)
    throw ethereumError('ERR_DPP_SIGNER_REFUSED', 'the signer signed another transaction')
  if (from.toLowerCase() !== signer.address.toLowerCase())
    throw ethereumError('ERR_DPP_SIGNER_REFUSED', `the signer signed with the key of ${from}`)
  return { raw, hash: keccak256(raw) }
}

export type RemoteSignerOptions = JsonRpcOptions & {
  readonly url: string
  readonly address: `0x${string}`
}

/**
 * A signer behind JSON-RPC (`eth_signTransaction`: Web3Signer, Clef, a node with an unlocked account).
 *
 * @throws ERR_DPP_SIGNER_REFUSED; the ERR_DPP_CHAIN_ codes of the connection
 */
export function createRemoteSigner(options: RemoteSignerOptions): TransactionSigner {
  const rpc = createJsonRpc(options.url, options)
  async function signTransaction(tx: TransactionSerializableEIP1559): Promise<`0x${string}`> {
    const request: Record<string, Json> = {
      type: '0x2',
      from: options.address,
      to: tx.to ?? null,
      chainId: formatQuantity(tx.chainId),
      nonce: formatQuantity(tx.nonce ?? 0),
      gas: formatQuantity(tx.gas ?? 0n),
      maxFeePerGas: formatQuantity(tx.maxFeePerGas ?? 0n),
      maxPriorityFeePerGas: formatQuantity(tx.maxPriorityFeePerGas ?? 0n),
      value: formatQuantity(tx.value ?? 0n),
      data: tx.data ?? '0x',
    }
    const answer = await rpc.request('eth_signTransaction', [request])
    // Web3Signer and anvil answer the raw bytes, geth and Clef an object around them.
    const raw = isJsonObject(answer) ? answer['raw'] : answer
    if (typeof raw !== 'string' || !/^0x[0-9a-fA-F]+$/.test(raw))
      throw ethereumError('ERR_DPP_SIGNER_REFUSED', 'the signer returned no transaction')
    return raw.toLowerCase() as `0x${string}`
  }
  return { address: options.address, signTransaction }
}
