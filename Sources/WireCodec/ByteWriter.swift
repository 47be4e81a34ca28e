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

    /// Writes an integer, most significant octet first. Specialized for the reason that ``ByteReader`` gives.
    @specialized(where Integer == UInt8)
    @specialized(where Integer == UInt16)
    @specialized(where Integer == UInt32)
    @specialized(where Integer == UInt64)
    @specialized(where Integer == UInt128)
    package mutating func write<Integer: FixedWidthInteger>(_ value: Integer) {
        var shift = Integer.bitWidth
        while shift > 0 {
            shift -= 8
            bytes.append(UInt8(truncatingIfNeeded: value >> Integer(truncatingIfNeeded: shift)))
        }
    }

    package mutating func write(bytes more: some Sequence<UInt8>) { bytes.append(contentsOf: more) }

    /// Takes back everything after the first `count` octets.
    ///
    /// - Precondition: at least that many were written.
    package mutating func truncate(to count: Int) { bytes.removeSubrange(count...) }

    /// Overwrites octets that were written before, beginning at `offset`.
    ///
    /// - Precondition: they were written: `offset + width <= count`.
    @specialized(where Integer == UInt8)
    @specialized(where Integer == UInt16)
    @specialized(where Integer == UInt32)
    @specialized(where Integer == UInt64)
    @specialized(where Integer == UInt128)
    package mutating func overwrite<Integer: FixedWidthInteger>(_ value: Integer, at offset: Int) {
        let width = Integer.bitWidth / 8
        precondition(offset >= 0 && offset + width <= count, "octets \(offset)+\(width) of \(count) were not written")
        for index in 0..<width {
            bytes[offset + index] = UInt8(
                truncatingIfNeeded: value >> Integer(truncatingIfNeeded: 8 * (width - 1 - index)))
        }
    }

    /// Writes the length of what `body` writes, then that. The length counts the body alone.
    ///
    /// - Throws: ``LengthOverflow`` if the body is longer than `Length` can say; the writer is then as it was before.
    package mutating func writeLengthPrefixed<Length: FixedWidthInteger & UnsignedInteger>(
        as type: Length.Type, _ body: (inout ByteWriter) throws(LengthOverflow) -> Void
    ) throws(LengthOverflow) {
        let start = count
        write(Length.zero)
        let bodyStart = count
        do throws(LengthOverflow) {
            try body(&self)
            guard let length = Length(exactly: count - bodyStart) else {
                throw LengthOverflow(length: count - bodyStart, limit: Int(clamping: Length.max))
            }
            overwrite(length, at: start)
        } catch {
            bytes.removeSubrange(start...)
            throw error
        }
    }
}
