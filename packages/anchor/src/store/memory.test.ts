import { describeStore, describeWritableStore } from './contract.suite.ts'
import { createMemoryStore } from './memory.ts'

const open = async () => {
  const store = createMemoryStore()
  return { store, writer: store, close: async () => {} }
}
describeStore('memory', open)
describeWritableStore('memory', open)
