/// A bounds-checked cursor over octets in network order. It borrows them: nothing is copied, nothing allocated.
///
/// A read that does not fit throws and does not move. Positions in errors count from the start of the whole input, also
/// in a reader made by ``read(count:)``.
package struct ByteReader: ~Escapable {
    private let bytes: Span<UInt8>
    /// The offset of the next octet, from the start of the whole input.
    package private(set) var position: Int
    private let end: Int

    @_lifetime(copy bytes)
    package init(_ bytes: Span<UInt8>) {
        self.bytes = bytes
        position = 0
        end = bytes.count
    }

    @_lifetime(copy bytes)
    private init(_ bytes: Span<UInt8>, position: Int, end: Int) {
        self.bytes = bytes
        self.position = position
        self.end = end
    }

    /// The number of octets left.
    package var remaining: Int { end - position }
    package var isAtEnd: Bool { position == end }

    private func require(_ count: Int) throws(DecodeError) {
        guard count >= 0, remaining >= count else {
            throw DecodeError(offset: position, problem: .truncated(needed: count, available: remaining))
        }
    }

    /// Reads an integer, most significant octet first.
    ///
    /// One function for each width, since a generic one is not specialized for callers in other targets and takes a hundred
    /// times as long; answering a frame consists of this.
    @_lifetime(self: copy self)
    package mutating func read(_ type: UInt8.Type = UInt8.self) throws(DecodeError) -> UInt8 {
        try require(1)
        defer { position += 1 }
        return bytes[position]
    }

    @_lifetime(self: copy self)
    package mutating func read(_ type: UInt16.Type = UInt16.self) throws(DecodeError) -> UInt16 {
        UInt16(truncatingIfNeeded: try readInteger(octets: 2))
    }

    @_lifetime(self: copy self)
    package mutating func read(_ type: UInt32.Type = UInt32.self) throws(DecodeError) -> UInt32 {
        UInt32(truncatingIfNeeded: try readInteger(octets: 4))
    }

    @_lifetime(self: copy self)
    package mutating func read(_ type: UInt64.Type = UInt64.self) throws(DecodeError) -> UInt64 {
        try readInteger(octets: 8)
    }

    @_lifetime(self: copy self)
    package mutating func read(_ type: UInt128.Type = UInt128.self) throws(DecodeError) -> UInt128 {
        // Either half or none is to be read.
        try require(16)
        let high = try readInteger(octets: 8)
        return UInt128(high) << 64 | UInt128(try readInteger(octets: 8))
    }

    /// - Parameter count: at most 8.
    @_lifetime(self: copy self)
    private mutating func readInteger(octets count: Int) throws(DecodeError) -> UInt64 {
        try require(count)
        var value: UInt64 = 0
        for index in position..<position + count { value = value << 8 | UInt64(bytes[index]) }
        position += count
        return value
    }

    /// A reader of the next `count` octets alone; this reader moves past them.
    @_lifetime(copy self)
    @_lifetime(self: copy self)
    package mutating func read(count: Int) throws(DecodeError) -> ByteReader {
        try require(count)
        let part = ByteReader(bytes, position: position, end: position + count)
        position += count
        return part
    }

    /// Copies the next `count` octets.
    @_lifetime(self: copy self)
    package mutating func readBytes(count: Int) throws(DecodeError) -> [UInt8] {
        try require(count)
        defer { position += count }
        return copy(position..<position + count)
    }

    /// Copies the rest.
    @_lifetime(self: copy self)
    package mutating func readRest() -> [UInt8] {
        defer { position = end }
        return copy(position..<end)
    }

    private func copy(_ range: Range<Int>) -> [UInt8] {
        var copy: [UInt8] = []
        copy.reserveCapacity(range.count)
        for index in range { copy.append(bytes[index]) }
        return copy
    }

    @_lifetime(self: copy self)
    package mutating func skip(count: Int) throws(DecodeError) {
        try require(count)
        position += count
    }

    /// Throws unless every octet was read.
    package func expectEnd() throws(DecodeError) {
        guard isAtEnd else { throw DecodeError(offset: position, problem: .trailing(count: remaining)) }
    }

    /// An error about the field that begins at `offset`, or at the present position.
    package func invalid(_ text: String, at offset: Int? = nil) -> DecodeError {
        DecodeError(offset: offset ?? position, problem: .invalid(text))
    }
}
