"""numbers - order numbers by another hand than common/tokens.c: what the secret makes of a seq.

A test needs the genuine number of an order that does not exist, and that is what nobody without
the secret can write. SipHash-2-4 keyed by BLAKE2b of the secret, cut to 48 bits.
"""
import hashlib

MASK = (1 << 64) - 1


def _turn(value, bits):
    return (value << bits | value >> (64 - bits)) & MASK


def _round(v):
    v[0] = (v[0] + v[1]) & MASK
    v[1] = _turn(v[1], 13) ^ v[0]
    v[0] = _turn(v[0], 32)
    v[2] = (v[2] + v[3]) & MASK
    v[3] = _turn(v[3], 16) ^ v[2]
    v[0] = (v[0] + v[3]) & MASK
    v[3] = _turn(v[3], 21) ^ v[0]
    v[2] = (v[2] + v[1]) & MASK
    v[1] = _turn(v[1], 17) ^ v[2]
    v[2] = _turn(v[2], 32)


def siphash(key, text):
    """SipHash-2-4 of `text` as eight bytes."""
    k0, k1 = int.from_bytes(key[:8], "little"), int.from_bytes(key[8:], "little")
    v = [k0 ^ 0x736f6d6570736575, k1 ^ 0x646f72616e646f6d,
         k0 ^ 0x6c7967656e657261, k1 ^ 0x7465646279746573]
    whole = len(text) // 8 * 8
    words = [int.from_bytes(text[i:i + 8], "little") for i in range(0, whole, 8)]
    words.append(int.from_bytes(text[whole:], "little") | (len(text) & 255) << 56)
    for word in words:
        v[3] ^= word
        _round(v)
        _round(v)
        v[0] ^= word
    v[2] ^= 255
    for _ in range(4):
        _round(v)
    return (v[0] ^ v[1] ^ v[2] ^ v[3]).to_bytes(8, "little")


def number_of(secret, item, seq):
    """The number of an order; `secret` is the text of order.key."""
    key = hashlib.blake2b(b"penstock order number", digest_size=16,
                          key=bytes.fromhex(secret)).digest()
    text = f"{item}-{seq:08d}"
    return f"{text}-{siphash(key, text.encode())[:6].hex()}"
