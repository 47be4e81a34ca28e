/// Builds octets in network order. Lengths are written after what they count is known, and never truncated.
package struct ByteWriter: Sendable {
    package private(set) var bytes: [UInt8]

    package init(reserving capacity: Int = 0) {
        bytes = []
        bytes.reserveCapacity(capacity)
    }

    package var count: Int { bytes.count }

    /// Forgets the octets but keeps their storage, so that a writer used again does not allocate.
    package mutating func removeAll() { bytes.removeAll(keepingCapacity: true) }

    /// Writes an integer, most significant octet first. One function for each width, for the reason that ``ByteReader``
    /// gives.
    package mutating func write(_ value: UInt8) { bytes.append(value) }

    package mutating func write(_ value: UInt16) { write(UInt64(value), octets: 2) }

    package mutating func write(_ value: UInt32) { write(UInt64(value), octets: 4) }

    package mutating func write(_ value: UInt64) { write(value, octets: 8) }

    package mutating func write(_ value: UInt128) {
        write(UInt64(truncatingIfNeeded: value >> 64))
        write(UInt64(truncatingIfNeeded: value))
    }

    private mutating func write(_ value: UInt64, octets count: Int) {
        for index in 0..<count { bytes.append(UInt8(truncatingIfNeeded: value >> UInt64(8 * (count - 1 - index)))) }
    }

    package mutating func write(bytes more: some Sequence<UInt8>) { bytes.append(contentsOf: more) }

    /// Takes back everything after the first `count` octets.
    ///
    /// - Precondition: at least that many were written.
    package mutating func truncate(to count: Int) { bytes.removeSubrange(count...) }

    /// Overwrites octets that were written before, beginning at `offset`.
    ///
    /// - Precondition: they were written: `offset + width <= count`.
    package mutating func overwrite(_ value: UInt16, at offset: Int) { overwrite(UInt64(value), octets: 2, at: offset) }

    private mutating func overwrite(_ value: UInt64, octets width: Int, at offset: Int) {
        precondition(offset >= 0 && offset + width <= count, "octets \(offset)+\(width) of \(count) were not written")
        for index in 0..<width {
            bytes[offset + index] = UInt8(truncatingIfNeeded: value >> UInt64(8 * (width - 1 - index)))
        }
    }

    /// Writes the length of what `body` writes, then that. The length counts the body alone.
    ///
    /// - Throws: ``LengthOverflow`` if the body is longer than `Length` can say; the writer is then as it was before.
    package mutating func writeLengthPrefixed<Length: FixedWidthInteger & UnsignedInteger>(
        as type: Length.Type, _ body: (inout ByteWriter) throws(LengthOverflow) -> Void
    ) throws(LengthOverflow) {
        let start = count
        bytes.append(contentsOf: repeatElement(0, count: Length.bitWidth / 8))
        let bodyStart = count
        do throws(LengthOverflow) {
            try body(&self)
            guard let length = Length(exactly: count - bodyStart) else {
                throw LengthOverflow(length: count - bodyStart, limit: Int(clamping: Length.max))
            }
            overwrite(UInt64(length), octets: Length.bitWidth / 8, at: start)
        } catch {
            bytes.removeSubrange(start...)
            throw error
        }
    }
}
