/// A network prefix: the addresses that share their first `length` bits. Its address has no bits set beyond those.
package struct IPPrefix: Hashable, Sendable, Comparable, CustomStringConvertible {
    /// The first address.
    package let address: IPAddress
    /// The number of leading bits that count, from 0 to the family's width.
    package let length: Int

    /// The prefix of this length that contains the address, or `nil` if the length is not possible in its family.
    package init?(containing address: IPAddress, length: Int) {
        guard (0...address.family.bitWidth).contains(length),
            let first = IPAddress(
                family: address.family,
                rawValue: address.rawValue & ~IPPrefix.hostMask(length: length, in: address.family))
        else { return nil }
        self.address = first
        self.length = length
    }

    /// The prefix that holds this address alone: a /32 or /128.
    package init(host address: IPAddress) {
        self.address = address
        self.length = address.family.bitWidth
    }

    /// Parses `ADDRESS/LENGTH` and clears the host bits.
    ///
    /// Strict: not `192.0.2.0` (no length), `192.0.2.0/33`, `192.0.2.0/024`, `192.0.2.0/255.255.255.0`. Compare
    /// ``IPAddress`` of the text's first part with ``address`` to learn whether host bits were set.
    package init(_ text: String) throws(AddressParseError) {
        guard let slash = text.utf8.firstIndex(of: UInt8(ascii: "/")) else {
            throw AddressParseError(
                text: text, offset: text.utf8.count, problem: "expected a slash and a prefix length")
        }
        let address: IPAddress
        do { address = try IPAddress(String(text[..<slash])) } catch {
            throw error.moved(by: 0, in: text)
        }
        let start = text.utf8.distance(from: text.startIndex, to: slash) + 1
        let digits = text.utf8[text.utf8.index(after: slash)...]
        let width = address.family.bitWidth
        func failure(_ problem: String) -> AddressParseError {
            AddressParseError(text: text, offset: start, problem: problem)
        }
        guard !digits.isEmpty, digits.count <= 3, digits.allSatisfy({ $0.decimalDigit != nil }) else {
            throw failure("expected a prefix length from 0 to \(width)")
        }
        guard digits.count == 1 || digits.first != UInt8(ascii: "0") else {
            throw failure("a prefix length must not have leading zeros")
        }
        let length = digits.reduce(0) { $0 * 10 + ($1.decimalDigit ?? 0) }
        guard let prefix = IPPrefix(containing: address, length: length) else {
            throw failure("\(length) is more than \(width), the length of an \(address.family) address")
        }
        self = prefix
    }

    package var family: AddressFamily { address.family }

    /// All addresses of the prefix.
    package var range: IPRange { IPRange(prefix: self) }

    package func contains(_ other: IPAddress) -> Bool {
        other.family == family && other.rawValue & ~IPPrefix.hostMask(length: length, in: family) == address.rawValue
    }

    package func contains(_ other: IPPrefix) -> Bool { other.length >= length && contains(other.address) }

    package var description: String { "\(address)/\(length)" }

    /// By address; of two prefixes with one address, the shorter (larger) first.
    package static func < (a: IPPrefix, b: IPPrefix) -> Bool {
        a.address == b.address ? a.length < b.length : a.address < b.address
    }

    /// The bits of an address beyond the first `length`.
    static func hostMask(length: Int, in family: AddressFamily) -> UInt128 {
        let hostBits = family.bitWidth - length
        return hostBits == 128 ? .max : (1 << UInt128(hostBits)) - 1
    }
}
