import Addresses
import WireCodec

// Prefixes on the wire, RFC 4271 §4.3: the length in bits, then as few octets as hold it.

extension ByteReader {
    @_lifetime(self: copy self)
    mutating func readPrefix(of family: AddressFamily) throws(DecodeError) -> IPPrefix {
        let start = position
        let length = Int(try read(UInt8.self))
        guard length <= family.bitWidth else { throw invalid("prefix length \(length) of \(family)", at: start) }
        var value: UInt128 = 0
        let count = (length + 7) / 8
        for _ in 0..<count { value = value << 8 | UInt128(try read(UInt8.self)) }
        value <<= UInt128(family.bitWidth - 8 * count)
        // RFC 4271 §4.3: bits beyond the length are of no meaning; the prefix clears them.
        guard let address = IPAddress(family: family, rawValue: value),
            let prefix = IPPrefix(containing: address, length: length)
        else { throw invalid("prefix of \(family)", at: start) }
        return prefix
    }

    /// Prefixes up to the end.
    @_lifetime(self: copy self)
    mutating func readPrefixes(of family: AddressFamily) throws(DecodeError) -> [IPPrefix] {
        var prefixes: [IPPrefix] = []
        while !isAtEnd { prefixes.append(try readPrefix(of: family)) }
        return prefixes
    }
}

extension ByteWriter {
    mutating func write(_ prefix: IPPrefix) {
        write(UInt8(prefix.length))
        let width = prefix.family.bitWidth
        let value = prefix.address.rawValue
        for index in 0..<(prefix.length + 7) / 8 {
            write(UInt8(truncatingIfNeeded: value >> UInt128(width - 8 * (index + 1))))
        }
    }
}
