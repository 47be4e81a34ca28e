import BFD
import WireCodec

extension ControlPacket {
    /// Decodes hexadecimal digits; blanks between them do not count.
    init(hex: String) throws { try self.init(octets: octets(hex)) }

    init(octets: [UInt8]) throws(DropReason) {
        var reader = ByteReader(octets.span)
        try self.init(decoding: &reader)
    }

    var encoded: [UInt8] {
        var writer = ByteWriter()
        encode(into: &writer)
        return writer.bytes
    }
}

func octets(_ hex: String) -> [UInt8] {
    let digits = hex.filter { !$0.isWhitespace }.compactMap(\.hexDigitValue)
    return stride(from: 0, to: digits.count - 1, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
}
