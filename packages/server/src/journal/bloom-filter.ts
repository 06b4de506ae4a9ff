// A Bloom filter over texts: a set that may hold too much and never too little, in a few megabytes for millions of them.

export type BloomFilter = {
  /** False only for a text that was not added. */
  mayHold(text: string): boolean
  add(text: string): void
}

const PROBES = 4

/** Makes an empty filter of `bits` bits, a power of two. At ten bits a text it is wrong about one stranger in eighty. */
export function createBloomFilter(bits: number): BloomFilter {
  const words = new Uint32Array(bits / 32)

  // Two hashes give all probes (Kirsch and Mitzenmacher, 2006).
  function bitsOf(text: string): readonly number[] {
    let first = 0x811c9dc5
    let second = 0x9747b28c
    for (let i = 0; i < text.length; i++) {
      const unit = text.charCodeAt(i)
      first = Math.imul(first ^ unit, 0x01000193)
      second = Math.imul(second ^ unit, 0x5bd1e995)
    }
    first ^= first >>> 13
    second = (second ^ (second >>> 15)) | 1
    return Array.from({ length: PROBES }, (_, i) => (first + Math.imul(i, second)) & (bits - 1))
  }

  return {
    mayHold: (text) =>
      bitsOf(text).every((bit) => ((words[bit >>> 5] as number) & (1 << (bit & 31))) !== 0),
    add: (text) => {
      for (const bit of bitsOf(text))
        words[bit >>> 5] = (words[bit >>> 5] as number) | (1 << (bit & 31))
    },
  }
}
