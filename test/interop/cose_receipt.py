"""Checks COSE Receipts of inclusion (RFC 9942) with cbor2, an encoder and decoder that is not ours.

Reads a JSON list of {"receipt": hex, "leafHash": hex} and writes a JSON list of
{"root", "toBeSigned", "signature", "again", "size", "index", "origin"}: the root that the receipt's
path leads to by RFC 9162, the bytes that its signature must cover, and the receipt as cbor2 encodes it.
"""

import hashlib
import json
import sys

import cbor2


def node(left, right):
    return hashlib.sha256(b"\x01" + left + right).digest()


def root_from_path(leaf, index, size, path):
    """RFC 9162, 2.1.3.2."""
    assert 0 <= index < size
    fn, sn, root = index, size - 1, leaf
    for sibling in path:
        assert sn != 0
        if fn & 1 or fn == sn:
            root = node(sibling, root)
            while not fn & 1 and fn != 0:
                fn >>= 1
                sn >>= 1
        else:
            root = node(root, sibling)
        fn >>= 1
        sn >>= 1
    assert sn == 0
    return root


def check(case):
    receipt = cbor2.loads(bytes.fromhex(case["receipt"]))
    assert receipt.tag == 18
    protected, unprotected, payload, signature = receipt.value
    header = cbor2.loads(protected)
    assert header[1] == -8 and header[395] == 1 and payload is None
    (proof,) = unprotected[396][-1]
    size, index, path = cbor2.loads(proof)
    root = root_from_path(bytes.fromhex(case["leafHash"]), index, size, path)
    return {
        "root": root.hex(),
        "toBeSigned": cbor2.dumps(["Signature1", protected, b"", root]).hex(),
        "signature": signature.hex(),
        "again": cbor2.dumps(receipt, canonical=True).hex(),
        "size": size,
        "index": index,
        "origin": header[15][1],
    }


json.dump([check(case) for case in json.load(sys.stdin)], sys.stdout)
