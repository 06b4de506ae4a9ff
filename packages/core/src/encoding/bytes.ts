// What counts as bytes at the boundary.

/** Tells whether `value` is a Uint8Array (a Buffer is one), from whichever realm. Never throws. */
export function isBytes(value: unknown): value is Uint8Array {
  return nameOfTypedArray?.call(value) === 'Uint8Array'
}

// The getter reads an internal slot: no other object can pretend, and unlike `instanceof` it works between realms.
const nameOfTypedArray: (() => string | undefined) | undefined = Object.getOwnPropertyDescriptor(
  Object.getPrototypeOf(Uint8Array.prototype),
  Symbol.toStringTag,
)?.get
